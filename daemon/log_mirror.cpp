#include "daemon/log_mirror.h"

#include "daemon/stored.h"

#include <algorithm>
#include <map>

namespace casebridge {
namespace {

constexpr unsigned levels_a_tile = 8;
constexpr std::size_t digest_bytes = sizeof(Digest::bytes);
static_assert(LogMirror::tile_width == 1U << levels_a_tile);

Error missing() {
    return stored::damaged("a mirrored log");
}

}  // namespace

Result<std::uint64_t> LogMirror::size(NodeId const& node) const {
    auto row = database_.prepare(
        "SELECT tile, length(hashes) FROM mirror_tiles WHERE node = ?1 AND level = 0 ORDER BY tile DESC LIMIT 1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, node.text()).step());
    if (!found) return std::uint64_t{0};
    return stored::count(row, 0) * tile_width + stored::count(row, 1) / digest_bytes;
}

Result<std::uint64_t> LogMirror::verified(NodeId const& node) const {
    auto row = database_.prepare("SELECT verified FROM mirrors WHERE node = ?1");
    ASSIGN_OR_RETURN(bool const found, row.bind(1, node.text()).step());
    return found ? stored::count(row, 0) : 0;
}

Result<std::vector<Digest>> LogMirror::tile(NodeId const& node, unsigned level, std::uint64_t number) const {
    auto row = database_.prepare("SELECT hashes FROM mirror_tiles WHERE node = ?1 AND level = ?2 AND tile = ?3");
    row.bind(1, node.text()).bind(2, std::int64_t{level}).bind(3, stored::integer(number));
    ASSIGN_OR_RETURN(bool const found, row.step());
    std::vector<Digest> hashes;
    if (!found) return hashes;
    auto const bytes = row.blob(0);
    hashes.resize(bytes.size() / digest_bytes);
    for (std::size_t i = 0; i < hashes.size(); ++i)
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(i * digest_bytes), digest_bytes,
                    hashes[i].bytes.begin());
    return hashes;
}

Status LogMirror::write(NodeId const& node, unsigned level, std::uint64_t number, std::vector<Digest> const& hashes) {
    Bytes bytes;
    bytes.reserve(hashes.size() * digest_bytes);
    for (auto const& hash : hashes) bytes.insert(bytes.end(), hash.bytes.begin(), hash.bytes.end());
    return database_.prepare("INSERT OR REPLACE INTO mirror_tiles(node, level, tile, hashes) VALUES(?1, ?2, ?3, ?4)")
        .bind(1, node.text())
        .bind(2, std::int64_t{level})
        .bind(3, stored::integer(number))
        .bind_blob(4, bytes)
        .run();
}

Status LogMirror::append(NodeId const& node, std::vector<Digest> const& leaves) {
    ASSIGN_OR_RETURN(auto const before, size(node));
    std::vector<Digest> edge;
    auto const read = reader(node);
    for (unsigned level = 63; level-- > 0;) {
        if ((before >> level & 1) == 0) continue;
        ASSIGN_OR_RETURN(auto const root, read(level, (before >> level) - 1));
        edge.push_back(root);
    }
    ASSIGN_OR_RETURN(auto frontier, MerkleFrontier::restore(before, std::move(edge)));

    std::map<std::pair<unsigned, std::uint64_t>, std::vector<Digest>> touched;
    Status loaded = Done{};
    auto const keep = [&](unsigned level, std::uint64_t position, Digest const& root) {
        if (level % levels_a_tile != 0 || !loaded) return;
        auto const place = std::pair(level / levels_a_tile, position / tile_width);
        auto found = touched.find(place);
        if (found == touched.end()) {
            auto stored_tile = tile(node, place.first, place.second);
            if (!stored_tile) {
                loaded = stored_tile.error();
                return;
            }
            found = touched.emplace(place, *std::move(stored_tile)).first;
        }
        found->second.push_back(root);
    };
    for (auto const& leaf : leaves) frontier.append(leaf, keep);
    RETURN_IF_ERROR(loaded);
    for (auto const& [place, hashes] : touched) RETURN_IF_ERROR(write(node, place.first, place.second, hashes));
    return Done{};
}

Result<bool> LogMirror::verify(NodeId const& node, std::uint64_t size, Digest const& root) {
    ASSIGN_OR_RETURN(auto const before, verified(node));
    ASSIGN_OR_RETURN(auto const computed, root_at(node, size));
    if (computed != root) {
        RETURN_IF_ERROR(truncate(node, before));
        return false;
    }
    if (size <= before) return true;
    RETURN_IF_ERROR(database_.prepare("INSERT OR REPLACE INTO mirrors(node, verified) VALUES(?1, ?2)")
                        .bind(1, node.text())
                        .bind(2, stored::integer(size))
                        .run());
    return true;
}

Status LogMirror::truncate(NodeId const& node, std::uint64_t size) {
    for (unsigned level = 0; level < 8; ++level) {
        auto const kept = size >> (level * levels_a_tile);
        auto const last = kept / tile_width;
        RETURN_IF_ERROR(database_.prepare("DELETE FROM mirror_tiles WHERE node = ?1 AND level = ?2 AND tile > ?3")
                            .bind(1, node.text())
                            .bind(2, std::int64_t{level})
                            .bind(3, stored::integer(last))
                            .run());
        ASSIGN_OR_RETURN(auto hashes, tile(node, level, last));
        if (hashes.size() <= kept % tile_width) continue;
        hashes.resize(kept % tile_width);
        if (!hashes.empty()) {
            RETURN_IF_ERROR(write(node, level, last, hashes));
            continue;
        }
        RETURN_IF_ERROR(database_.prepare("DELETE FROM mirror_tiles WHERE node = ?1 AND level = ?2 AND tile = ?3")
                            .bind(1, node.text())
                            .bind(2, std::int64_t{level})
                            .bind(3, stored::integer(last))
                            .run());
    }
    return Done{};
}

SubtreeReader LogMirror::reader(NodeId const& node) const {
    return [this, node](unsigned level, std::uint64_t position) -> Result<Digest> {
        auto const above = level % levels_a_tile;
        auto const wanted = std::size_t{1} << above;
        auto const first = position << above;
        ASSIGN_OR_RETURN(auto const hashes, tile(node, level / levels_a_tile, first / tile_width));
        auto const from = static_cast<std::size_t>(first % tile_width);
        if (hashes.size() < from + wanted) return missing();
        MerkleFrontier subtree;
        for (std::size_t i = 0; i < wanted; ++i) subtree.append(hashes[from + i]);
        return subtree.root();
    };
}

Result<Digest> LogMirror::root_at(NodeId const& node, std::uint64_t size) const {
    return casebridge::root_at(size, reader(node));
}

Result<std::vector<Digest>> LogMirror::leaves(NodeId const& node, std::uint64_t first, std::size_t count) const {
    ASSIGN_OR_RETURN(auto const end, verified(node));
    std::vector<Digest> found;
    while (first < end && found.size() < count) {
        ASSIGN_OR_RETURN(auto const hashes, tile(node, 0, first / tile_width));
        auto const from = static_cast<std::size_t>(first % tile_width);
        auto const here = std::min<std::uint64_t>({tile_width - from, count - found.size(), end - first});
        if (hashes.size() < from + here) return missing();
        auto const start = hashes.begin() + static_cast<std::ptrdiff_t>(from);
        found.insert(found.end(), start, start + static_cast<std::ptrdiff_t>(here));
        first += here;
    }
    return found;
}

}  // namespace casebridge
