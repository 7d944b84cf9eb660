#pragma once

#include "config/document.hpp"

#include <string>
#include <string_view>

namespace rr::config {

/// One file as a tree; the root is always a map.
struct parsed_file {
  node root = make_map();
  problems warnings;
};

/// Reads the first document of a YAML text. Anchors and merge keys work; duplicate keys are an error.
///
/// @param file the name for positions
/// @errors `While parsing config: yaml: line N: ...`, also beyond the limits of document.hpp; never throws
expected<parsed_file> read_yaml(std::string_view text, const std::string& file);

/// Reads a JSON text (RFC 8259), inside the same limits.
///
/// @errors `While parsing config: json: line N: ...`; never throws
expected<parsed_file> read_json(std::string_view text, const std::string& file);

/// Reads `text` in the format that the extension of `file` names.
///
/// @errors `Unsupported Config Type "txt"`; those of the formats
expected<parsed_file> read_text(std::string_view text, const std::string& file);

/// The bytes of a file of up to file_bytes_max bytes.
///
/// @errors `open /abs/.rr.yaml: no such file or directory`, like all texts of the operating system
expected<std::string> read_bytes(const std::string& path);

} // namespace rr::config
