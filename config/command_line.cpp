#include "config/command_line.hpp"

namespace rr::config {
namespace {

class splitter {
public:
  explicit splitter(std::string_view text) : text_{text} {}

  tl::expected<std::vector<std::string>, std::string> run() {
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (quote_ != '\0')
        inside_quotes(c);
      else
        outside_quotes(c);
    }
    if (quote_ != '\0')
      return tl::make_unexpected("a quote " + std::string(1, quote_) + " does not end");
    finish_word();
    return std::move(words_);
  }

private:
  bool next_is(std::string_view one_of) const {
    return at_ + 1 < text_.size() && one_of.find(text_[at_ + 1]) != std::string_view::npos;
  }

  void inside_quotes(char c) {
    if (c == quote_)
      quote_ = '\0';
    else if (c == '\\' && quote_ == '"' && next_is("\"\\"))
      word_ += text_[++at_];
    else
      word_ += c;
  }

  void outside_quotes(char c) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
      return finish_word();
    in_word_ = true;
    if (c == '"' || c == '\'')
      quote_ = c;
    else if (c == '\\' && next_is(" \t\"'"))
      word_ += text_[++at_];
    else
      word_ += c;
  }

  void finish_word() {
    if (in_word_)
      words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  char quote_ = '\0';
  bool in_word_ = false;
  std::string word_;
  std::vector<std::string> words_;
};

} // namespace

tl::expected<std::vector<std::string>, std::string> split_command(std::string_view text) {
  return splitter{text}.run();
}

} // namespace rr::config
