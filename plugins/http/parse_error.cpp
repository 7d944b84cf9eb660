#include "plugins/http/parse_error.hpp"

#include "plugins/http/reason_phrase.hpp"

namespace rr::http {

std::string render_answer(const parse_error& error) {
  constexpr std::string_view fields =
      "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n";
  std::string line =
      std::to_string(error.status) + ' ' + std::string{reason_phrase(static_cast<int>(error.status))};
  std::string body;
  if (error.status == 501) { // its text stands alone, as in the reference
    body = error.text;
  } else {
    if (!error.text.empty())
      line.append(": ").append(error.text);
    body = line;
  }
  return "HTTP/1.1 " + line + std::string{fields} + body;
}

} // namespace rr::http
