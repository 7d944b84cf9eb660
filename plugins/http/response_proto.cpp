#include "plugins/http/proto_wire.hpp"
#include "plugins/http/response_entries.hpp"
#include "plugins/http/utf8_text.hpp"

#include <optional>

namespace rr::http {
namespace {

using namespace proto;

constexpr unsigned groups_max = 32; ///< nesting of unknown groups
constexpr std::uint64_t number_max = (1u << 29) - 1;

/// The fields of one message, one after the other. After an error nothing more comes.
class field_reader {
public:
  explicit field_reader(std::string_view message) : rest_(message) {}

  unsigned number = 0;
  wire_type type = wire_type::varint;
  std::uint64_t varint = 0;    ///< of a varint field
  std::string_view bytes = {}; ///< of a delimited field

  /// Reads the next field; false at the end and on an error.
  bool next() { return !rest_.empty() && !failed_ && read_field(0); }
  bool failed() const { return failed_; }

private:
  bool fail() {
    failed_ = true;
    return false;
  }

  bool read_varint(std::uint64_t& value) {
    value = 0;
    for (unsigned i = 0; i < 10 && i < rest_.size(); ++i) {
      const auto byte = static_cast<unsigned char>(rest_[i]);
      value |= std::uint64_t{byte & 0x7fu} << (7 * i); // what does not fit into 64 bits is dropped
      if (byte < 0x80) {
        rest_.remove_prefix(i + 1);
        return true;
      }
    }
    return fail();
  }

  bool read_field(unsigned depth) {
    std::uint64_t key = 0;
    if (!read_varint(key) || key >> 3 == 0 || key >> 3 > number_max)
      return fail();
    number = static_cast<unsigned>(key >> 3);
    type = static_cast<wire_type>(key & 7);
    return read_content(depth);
  }

  bool read_content(unsigned depth) {
    switch (type) {
    case wire_type::varint:
      return read_varint(varint);
    case wire_type::fixed64:
      return skip(8);
    case wire_type::fixed32:
      return skip(4);
    case wire_type::delimited: {
      std::uint64_t size = 0;
      if (!read_varint(size) || size > rest_.size())
        return fail();
      bytes = rest_.substr(0, size);
      return skip(size);
    }
    case wire_type::group_start:
      return depth < groups_max ? skip_group(depth) : fail();
    default:
      return fail(); // an end without its start, or no wire type at all
    }
  }

  bool skip(std::size_t size) {
    if (size > rest_.size())
      return fail();
    rest_.remove_prefix(size);
    return true;
  }

  /// Skips up to the end of the group that has just started, and leaves it as the current field.
  bool skip_group(unsigned depth) {
    const auto group = number;
    std::uint64_t key = 0;
    while (read_varint(key) && key >> 3 != 0 && key >> 3 <= number_max) {
      number = static_cast<unsigned>(key >> 3);
      type = static_cast<wire_type>(key & 7);
      if (type == wire_type::group_end) {
        type = wire_type::group_start;
        return number == group || fail();
      }
      if (!read_content(depth + 1))
        return false;
    }
    return fail();
  }

  std::string_view rest_;
  bool failed_ = false;
};

tl::unexpected<error> broken(const char* what) { return fail(error_kind::decode, {}, what); }

/// Appends the values of a HeaderValue, and stops when there are too many of them.
bool read_values(std::string_view message, response_entries& into) {
  field_reader field{message};
  while (into.values.size() <= response_values_max && field.next())
    if (field.number == 1 && field.type == wire_type::delimited)
      into.values.push_back(field.bytes);
  return !field.failed();
}

bool read_entry(std::string_view message, response_entries& into) {
  response_entries::entry entry;
  entry.first = static_cast<std::uint32_t>(into.values.size());
  field_reader field{message};
  while (field.next()) {
    if (field.type != wire_type::delimited)
      continue;
    if (field.number == 1)
      entry.key = field.bytes;
    else if (field.number == 2 && !read_values(field.bytes, into)) // repeated: the parts are merged
      return false;
  }
  entry.count = static_cast<std::uint32_t>(into.values.size()) - entry.first;
  into.entries.push_back(entry);
  return !field.failed() && is_utf8(entry.key);
}

} // namespace

expected<void> read_proto_response(std::string_view context, response_entries& into) {
  field_reader field{context};
  while (field.next()) {
    if (field.number == 1 && field.type == wire_type::varint)
      into.status = static_cast<std::int64_t>(field.varint);
    else if (field.number == 2 && field.type == wire_type::delimited && !read_entry(field.bytes, into))
      return broken("malformed protobuf context");
    if (into.values.size() + into.entries.size() > response_values_max)
      return broken("too many headers");
  }
  if (field.failed())
    return broken("malformed protobuf context");
  return {};
}

} // namespace rr::http
