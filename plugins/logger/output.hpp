#pragma once

#include "actors/error.hpp"
#include "plugins/logger/line_writer.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace rr {

/// One place that lines go to. Used by one thread.
class log_output {
public:
  virtual ~log_output() = default;

  /// Takes one line with its ending; it may be written later.
  virtual void write(std::string_view line) = 0;

  /// Writes what was taken.
  virtual void flush() = 0;

  /// Opens a file again by its name; keeps the one it has when that fails.
  virtual void reopen() = 0;

  /// True when people look at it: it may be coloured.
  virtual bool is_terminal() const = 0;
};

/// The path that an output names: `stdout`, `stderr`, a path, or the path of a `file://` URL.
///
/// @errors a URL of another scheme, with a host, or with percent signs that are no escape
expected<std::string> output_path(const std::string& name);

/// Opens the output of this name: the standard streams, or a file to append to (mode 0666 without the umask).
/// Its directory must exist.
///
/// @errors `open sink "x": open x: no such file or directory`, for example
expected<std::unique_ptr<log_output>> open_output(const std::string& name, trouble_report report);

/// Opens `path` for appending, without ever waiting for a reader of a named pipe. The descriptor, or
/// `open x: no such file or directory`.
expected<int> open_for_append(const std::string& path, unsigned mode);

} // namespace rr
