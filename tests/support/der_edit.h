// DER as a tree that a test takes apart, changes and writes again.
#pragma once

#include "crypto/bytes.h"

#include <initializer_list>

namespace casebridge::test {

struct DerNode {
    std::uint8_t tag = 0;
    Bytes content{};                  ///< of a primitive element
    std::vector<DerNode> children{};  ///< of a constructed one
    Bytes raw_header{};               ///< if set, written instead of tag and length
    Bytes trailer{};                  ///< written after the content, e.g. an end-of-contents marker

    static DerNode parse(ByteView der);
    static DerNode primitive(std::uint8_t tag, Bytes content) { return {tag, std::move(content), {}, {}, {}}; }
    static DerNode constructed(std::uint8_t tag, std::vector<DerNode> children) {
        return {tag, {}, std::move(children), {}, {}};
    }

    [[nodiscard]] Bytes body() const;
    [[nodiscard]] Bytes encode() const;
    DerNode& at(std::initializer_list<std::size_t> path);
};

/// One mechanical change to the form of one element.
enum class DerDamage { removed, doubled, emptied, other_tag, tag_bit_5 };
inline constexpr DerDamage kAllDamage[] = {DerDamage::removed, DerDamage::doubled, DerDamage::emptied,
                                           DerDamage::other_tag, DerDamage::tag_bit_5};

/// Every message with exactly one element damaged.
std::vector<DerNode> damaged(DerNode const& root, DerDamage damage);

/// The content octets of an OBJECT IDENTIFIER in dotted form.
DerNode oid(char const* dotted);
DerNode integer(std::uint8_t value);

}  // namespace casebridge::test
