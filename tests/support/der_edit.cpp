#include "tests/support/der_edit.h"

#include "crypto/openssl.h"

#include <stdexcept>

namespace casebridge::test {
namespace {

constexpr std::uint8_t kConstructed = 0x20;

DerNode parse_one(ByteView& rest) {
    auto const take = [&rest](std::size_t count) {
        if (count > rest.size()) throw std::runtime_error("test DER is truncated");
        auto const taken = rest.first(count);
        rest = rest.subspan(count);
        return taken;
    };
    DerNode node;
    node.tag = take(1)[0];
    std::size_t size = take(1)[0];
    if (size >= 0x80) {
        std::size_t const count = size & 0x7f;
        size = 0;
        for (auto const octet : take(count)) size = size << 8 | octet;
    }
    auto content = take(size);
    if ((node.tag & kConstructed) == 0) {
        node.content.assign(content.begin(), content.end());
    } else {
        while (!content.empty()) node.children.push_back(parse_one(content));
    }
    return node;
}

void append(Bytes& out, Bytes const& more) {
    out.insert(out.end(), more.begin(), more.end());
}

Bytes header(std::uint8_t tag, std::size_t size) {
    Bytes out{tag};
    if (size < 0x80) {
        out.push_back(static_cast<std::uint8_t>(size));
        return out;
    }
    Bytes octets;
    for (auto value = size; value != 0; value >>= 8) octets.insert(octets.begin(), static_cast<std::uint8_t>(value));
    out.push_back(static_cast<std::uint8_t>(0x80 + octets.size()));
    append(out, octets);
    return out;
}

void collect(DerNode const& root, DerNode& working, DerNode& parent, DerDamage damage, std::vector<DerNode>& results) {
    for (std::size_t i = 0; i < parent.children.size(); ++i) {
        auto const position = parent.children.begin() + static_cast<std::ptrdiff_t>(i);
        DerNode const original = parent.children[i];
        DerNode changed = original;
        if (damage == DerDamage::emptied) {
            changed.content.clear();
            changed.children.clear();
        }
        if (damage == DerDamage::other_tag) changed.tag = changed.tag == 0x0c ? 0x13 : 0x0c;
        if (damage == DerDamage::tag_bit_5) changed.tag ^= 0x20;
        parent.children[i] = changed;
        if (damage == DerDamage::removed) parent.children.erase(position);
        if (damage == DerDamage::doubled) parent.children.insert(position, original);
        if (working.encode() != root.encode()) results.push_back(working);
        if (damage == DerDamage::removed)
            parent.children.insert(parent.children.begin() + static_cast<std::ptrdiff_t>(i), original);
        if (damage == DerDamage::doubled)
            parent.children.erase(parent.children.begin() + static_cast<std::ptrdiff_t>(i));
        parent.children[i] = original;
        collect(root, working, parent.children[i], damage, results);
    }
}

}  // namespace

std::vector<DerNode> damaged(DerNode const& root, DerDamage damage) {
    std::vector<DerNode> results;
    DerNode working = root;
    collect(root, working, working, damage, results);
    return results;
}

DerNode DerNode::parse(ByteView der) {
    return parse_one(der);
}

Bytes DerNode::body() const {
    Bytes out = content;
    for (auto const& child : children) append(out, child.encode());
    append(out, trailer);
    return out;
}

Bytes DerNode::encode() const {
    Bytes const inside = body();
    Bytes out = raw_header.empty() ? header(tag, inside.size()) : raw_header;
    append(out, inside);
    return out;
}

DerNode& DerNode::at(std::initializer_list<std::size_t> path) {
    DerNode* node = this;
    for (auto const index : path) node = &node->children.at(index);
    return *node;
}

DerNode oid(char const* dotted) {
    openssl::Asn1Object const object(openssl::require(OBJ_txt2obj(dotted, 1), "OBJ_txt2obj"));
    auto const* start = OBJ_get0_data(object.get());
    return DerNode::primitive(0x06, Bytes(start, start + OBJ_length(object.get())));
}

DerNode integer(std::uint8_t value) {
    return DerNode::primitive(0x02, {value});
}

}  // namespace casebridge::test
