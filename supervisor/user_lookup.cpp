#include "supervisor/user_lookup.hpp"

#include "actors/errno_text.hpp"

#include <cerrno>
#include <grp.h>
#include <pwd.h>

namespace rr {

namespace {

constexpr std::size_t entry_bytes_first = 1024;
constexpr std::size_t entry_bytes_max = std::size_t{1} << 20;
constexpr int groups_max = 65536; // what a Linux process can have

/// Calls one of the getXXnam_r functions with a buffer that is large enough; gives the entry or none.
template <class Entry, class Get>
expected<std::optional<Entry>> look_up(const std::string& what, Get get) {
  for (auto size = entry_bytes_first; size <= entry_bytes_max; size *= 2) {
    std::vector<char> buffer(size);
    Entry entry{};
    Entry* found = nullptr;
    int number = get(&entry, buffer.data(), buffer.size(), &found);
    if (number == ERANGE)
      continue;
    if (found != nullptr)
      return entry; // ids are copied out; the strings in it are gone with the buffer
    // Several errors are documented to mean "no such entry".
    if (number == 0 || number == ENOENT || number == ESRCH || number == EBADF || number == EPERM)
      return std::nullopt;
    return fail(error_kind::undefined, "", what + ": " + errno_text(number));
  }
  return fail(error_kind::undefined, "", what + ": " + errno_text(ERANGE));
}

expected<gid_t> find_group(const std::string& name) {
  auto entry = look_up<group>("group: lookup groupname " + name,
                              [&](auto... xs) { return ::getgrnam_r(name.c_str(), xs...); });
  if (!entry)
    return tl::unexpected<error>(entry.error());
  if (!*entry)
    return fail(error_kind::undefined, "", "group: unknown group " + name);
  return (**entry).gr_gid;
}

std::vector<gid_t> supplementary_groups(const std::string& user, gid_t primary) {
  std::vector<gid_t> groups(64);
  int count = static_cast<int>(groups.size());
  while (::getgrouplist(user.c_str(), primary, groups.data(), &count) < 0 && count <= groups_max) {
    groups.resize(std::max<std::size_t>(static_cast<std::size_t>(count), 2 * groups.size()));
    count = static_cast<int>(groups.size());
  }
  groups.resize(static_cast<std::size_t>(std::min(count, groups_max)));
  return groups;
}

} // namespace

expected<process_user> find_user(const std::string& name, const std::string& group) {
  auto entry = look_up<passwd>("user: lookup username " + name,
                               [&](auto... xs) { return ::getpwnam_r(name.c_str(), xs...); });
  if (!entry)
    return tl::unexpected<error>(entry.error());
  if (!*entry)
    return fail(error_kind::undefined, "", "user: unknown user " + name);
  process_user result;
  result.uid = (**entry).pw_uid;
  result.gid = (**entry).pw_gid;
  if (!group.empty()) {
    auto gid = find_group(group);
    if (!gid)
      return tl::unexpected<error>(gid.error());
    result.gid = *gid;
  }
  result.groups = supplementary_groups(name, result.gid);
  return result;
}

} // namespace rr
