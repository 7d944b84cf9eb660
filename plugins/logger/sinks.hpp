#pragma once

#include "actors/error.hpp"
#include "actors/log.hpp"
#include "plugins/logger/channel_settings.hpp"
#include "plugins/logger/log_options.hpp"
#include "plugins/logger/output.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rr {

/// Writes each record to the outputs of its channel, in that channel's format.
///
/// The channel of `service.billing` is the one configured under that name, else under `service`, else the
/// root. Outputs that are named twice, by one channel or by several, are opened once: their lines stay in
/// order and whole. Trouble of an output costs lines and a sentence on `err_output`, no more.
class channel_sink final : public log_sink {
public:
  /// One channel, ready to be written to.
  struct target {
    line_format format;
    line_format coloured_format;
    log_level threshold = log_level::debug;
    std::vector<log_output*> plain;    ///< outputs without colours
    std::vector<log_output*> coloured; ///< terminals
  };

  channel_sink(std::vector<std::unique_ptr<log_output>> outputs, target root,
               std::map<std::string, target, std::less<>> channels);

  log_level threshold(std::string_view channel) const override;
  void write(const log_record& record) override;
  void flush() override;
  void reopen() override;

private:
  const target& target_of(std::string_view channel) const;
  void write_to(const std::vector<log_output*>& outputs, const log_record& record, const line_format& format);

  std::vector<std::unique_ptr<log_output>> outputs_;
  target root_;
  std::map<std::string, target, std::less<>> channels_; ///< by names in lower case
  std::string line_;                                    ///< kept for its memory
};

/// Opens all outputs of the section `logs`. Console lines of development are coloured where the output is a
/// terminal, unless the environment variable NO_COLOR is set and not empty, or TERM is `dumb`.
///
/// @errors what `read_channel` and `open_output` refuse; outputs that were opened before are closed again
expected<std::unique_ptr<log_sink>> make_log_sink(const log_options& options);

} // namespace rr
