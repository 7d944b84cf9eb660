#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace rr::test {

/// A folder of its own that goes with the test.
class temp_folder {
public:
  temp_folder();
  temp_folder(const temp_folder&) = delete;
  temp_folder& operator=(const temp_folder&) = delete;
  ~temp_folder();

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view text) const;

private:
  std::filesystem::path path_;
};

/// The whole text of a file; empty when there is none.
std::string read_file(const std::filesystem::path& path);

} // namespace rr::test
