#pragma once

#include "config/field.hpp"

#include <string>

namespace rr::config {

/// The text of a scalar where a string is asked for: numbers in decimal, booleans as 1 and 0.
std::string text_of(const node& scalar);

/// Turns `value` into what `field` holds, with the weak typing of the reference, and checks its range.
///
/// Strings are read as numbers (any base prefix, empty is 0) and booleans (`1 t true ...`, empty is false);
/// numbers and booleans as strings; single values as lists; a string as a list split at commas. Whole numbers
/// are nanoseconds where a duration is asked for, with a warning.
///
/// @param key the full path, for messages
/// @param warnings takes what is odd but accepted
expected<field_value> convert(const field_info& field, const node& value, const std::string& key,
                              problems& warnings);

/// Whether the reference would take `value` for "not given": 0, an empty text or list.
bool is_zero(const field_value& value);

} // namespace rr::config
