#include "plugins/section_error.hpp"

namespace rr {

error section_error(std::string op, const config::problems& problems) {
  error e{error_kind::init, std::move(op), {}};
  // One problem reads best as a sentence of its own; several as a list.
  if (problems.size() == 1) {
    e.text = problems[0].text;
    auto place = problems[0];
    place.text.clear();
    place.remedy.clear();
    auto where = config::render(place);
    while (!where.empty() && (where.back() == ' ' || where.back() == ':'))
      where.pop_back();
    if (!where.empty())
      e.text += " (" + where + ")";
    e.remedy = problems[0].remedy;
  } else {
    e.text = config::render(problems);
  }
  return e;
}

} // namespace rr
