#include "config/reader.hpp"

#include "config/text.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace rr::config {
namespace {

struct close_file {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

problem open_problem(const std::string& path, int error) {
  auto reason = std::generic_category().message(error);
  // The same words as the reference, which starts them in lower case.
  if (!reason.empty())
    reason = to_lower(reason.substr(0, 1)) + reason.substr(1);
  problem out;
  out.text = "open " + path + ": " + reason;
  return out;
}

/// The extension without its dot; `.rr.yaml` has `yaml`, and so has a file named `.yaml`.
std::string extension_of(const std::string& path) {
  const auto name = path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? std::string{} : to_lower(name.substr(dot + 1));
}

} // namespace

expected<std::string> read_bytes(const std::string& path) {
  const std::unique_ptr<std::FILE, close_file> file{std::fopen(path.c_str(), "rbe")};
  if (!file)
    return tl::make_unexpected(open_problem(path, errno));
  std::string out(file_bytes_max + 1, '\0');
  errno = 0;
  out.resize(std::fread(out.data(), 1, out.size(), file.get()));
  if (std::ferror(file.get()) != 0)
    return tl::make_unexpected(open_problem(path, errno));
  if (out.size() <= file_bytes_max)
    return out;
  problem too_large;
  too_large.text = "open " + path + ": the file is larger than " + std::to_string(file_bytes_max) + " bytes";
  return tl::make_unexpected(std::move(too_large));
}

expected<parsed_file> read_text(std::string_view text, const std::string& file) {
  const auto extension = extension_of(file);
  if (extension == "yaml" || extension == "yml")
    return read_yaml(text, file);
  if (extension == "json")
    return read_json(text, file);
  problem out;
  out.text = "Unsupported Config Type \"" + shown(extension) + "\"";
  out.remedy = "name the file .yaml, .yml or .json";
  return tl::make_unexpected(std::move(out));
}

} // namespace rr::config
