#include "daemon/meeting_keys.h"

#include <algorithm>
#include <array>

namespace casebridge {

MeetingKeys::Key const* MeetingKeys::current(Timestamp now) const {
    Key const* found = nullptr;
    for (auto const& key : keys_) {
        if (now < key.from || now >= key.until) continue;
        if (found == nullptr || key.from > found->from || (key.from == found->from && key.id > found->id)) found = &key;
    }
    return found;
}

MeetingKeys::Key const* MeetingKeys::find(MeetingKeyId const& id) const {
    auto const found = std::ranges::find(keys_, id, &Key::id);
    return found == keys_.end() ? nullptr : &*found;
}

bool MeetingKeys::begins_later(Timestamp now) const {
    return std::ranges::any_of(keys_, [now](Key const& key) { return key.from > now; });
}

Result<Bytes> for_wire(ByteView sealed, MeetingKeys const* keys, Timestamp now) {
    auto const* const key = keys == nullptr ? nullptr : keys->current(now);
    if (key != nullptr) return add_meeting_layer(sealed, key->id, key->secret);
    if (keys != nullptr && keys->required()) return Error{ErrorKind::unavailable, "meeting_key.none_current"};
    return Bytes(sealed.begin(), sealed.end());
}

Result<Bytes> from_wire(Bytes received, std::size_t maximum_size, MeetingKeys const* keys) {
    if (!has_meeting_layer(received)) {
        if (keys != nullptr && keys->required()) return Error{ErrorKind::unauthentic, "meeting_key.required"};
        return received;
    }
    ASSIGN_OR_RETURN(auto const gated, gate_meeting(std::move(received), maximum_size));
    auto const* const key = keys == nullptr ? nullptr : keys->find(gated.key_id());
    if (key == nullptr) return Error{ErrorKind::unauthentic, "meeting_key.unknown"};
    return remove_meeting_layer(gated, key->secret);
}

std::string_view meeting_key_refusal(std::string_view code) {
    constexpr std::array<std::string_view, 3> all{"meeting_key.required", "meeting_key.unknown",
                                                  "meeting_layer.not_opened"};
    auto const found = std::ranges::find(all, code);
    return found == all.end() ? std::string_view() : *found;
}

}  // namespace casebridge
