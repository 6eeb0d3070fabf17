#include "daemon/log_endpoint.h"

#include "daemon/log_tile.h"

namespace casebridge {
namespace {

constexpr std::string_view root_path = "/exchange/v1/log/";
/// What is read of one head. What is written is shorter: both fit into the smallest head of a request that a partner
/// can configure (limits.header_kib: 2), beside the rest of it.
constexpr std::size_t most_header_bytes = 5 * 1024;

/// None if the header is missing or no base64.
std::string note_in(HttpHeaders const& headers, std::string_view name) {
    auto const found = headers.find(name);
    if (found == headers.end() || found->second.size() > most_header_bytes) return {};
    auto const bytes = from_base64(found->second);
    return bytes ? to_text(*bytes) : std::string{};
}

HttpResponse statements(std::string const& text) {
    return {.status = 200, .content_type = "text/plain; charset=utf-8", .body = to_bytes(text)};
}

void add(HttpHeaders& headers, std::string_view name, std::string const& note) {
    if (auto const carried = fitting_note(note, most_note_bytes); !carried.empty())
        headers.insert_or_assign(std::string(name), to_base64(as_bytes(carried)));
}

}  // namespace

std::string fitting_note(std::string const& note, std::size_t most_bytes) {
    auto const parsed = SignedNote::parse(note);
    if (!parsed) return {};
    auto carried = parsed->text() + "\n";
    bool signed_by_log = false;
    for (auto const& each : parsed->signatures()) {
        auto const line = signature_line(each);
        if (carried.size() + line.size() > most_bytes) break;
        carried += line;
        signed_by_log = true;
    }
    return signed_by_log ? carried : std::string();
}

LogEndpoint::LogEndpoint(Engine& engine, NoteKeys const& keys, LogDesk& log, LogStanding& standing, Witness& witness,
                         WorkerPool& pool)
    : engine_(engine), keys_(keys), log_(log), standing_(standing), witness_(witness), pool_(pool) {}

HttpHeaders LogEndpoint::heads_for(NodeId const& node) const {
    HttpHeaders headers;
    add(headers, checkpoint_header, standing_.cosigned_head());
    add(headers, witnessed_header, witness_.held_of(node));
    return headers;
}

void LogEndpoint::take_heads(NodeId const& from, HttpHeaders const& headers, LogStanding::OnDone done) {
    if (auto const head = note_in(headers, checkpoint_header); !head.empty()) witness_.consider(from, head, from);
    auto const record = note_in(headers, witnessed_header);
    if (record.empty()) return done(standing_.require_whole());
    standing_.on_record(from, record, std::move(done));
}

void LogEndpoint::handle(HttpRequest const& request, NodeId const& caller, HttpResponder respond) {
    auto const path = std::string_view(request.path).substr(root_path.size());
    if (path == "add-checkpoint") {
        if (request.method != "POST") return respond(problem(405, "http.method_not_allowed"));
        return witness_.add_checkpoint(caller, request.body, std::move(respond));
    }
    auto const number = [&request](std::string_view key) -> std::optional<std::uint64_t> {
        auto const found = request.query.find(key);
        return found == request.query.end() ? std::nullopt : parse_log_number(found->second);
    };
    if (path == "add-leaves") {
        if (request.method != "POST") return respond(problem(405, "http.method_not_allowed"));
        auto const first = number("first");
        if (!first) return respond(problem(400, "request.bad_number"));
        return witness_.add_leaves(caller, *first, request.body, std::move(respond));
    }
    if (request.method != "GET") return respond(problem(405, "http.method_not_allowed"));
    if (path == "checkpoint") return answer_checkpoint(std::move(respond));
    if (path == "keys") return respond(statements(rotations_text(keys_.rotations())));
    if (path.starts_with("tile/")) return answer_tile(path, std::move(respond));
    if (path == "mirror") {
        auto const first = number("first");
        if (!first) return respond(problem(400, "request.bad_number"));
        return witness_.answer_leaves(caller, *first, std::move(respond));
    }
    auto const slash = path.find('/');
    auto const origin = path.substr(0, slash);
    auto const what = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    if (what == "checkpoint") return witness_.answer_latest(origin, std::move(respond));
    if (what == "keys") return witness_.answer_rotations(origin, std::move(respond));
    if (what == "consistency") {
        auto const old_size = number("old");
        if (!old_size) return respond(problem(400, "request.bad_number"));
        return witness_.answer_consistency(origin, *old_size, std::move(respond));
    }
    respond(problem(404, "http.not_found"));
}

/// The head as it is now, whatever the caller has seen: what partners compare with each other.
void LogEndpoint::answer_checkpoint(HttpResponder respond) {
    auto const taken = pool_.submit([this, respond] {
        auto const head = log_.checkpoint(std::nullopt);
        if (!head) return respond(problem(status_of(head.error()), head.error().code));
        respond({.status = 200, .content_type = "text/plain; charset=utf-8", .body = to_bytes(head->note)});
    });
    if (!taken) respond(problem(503, "daemon.busy"));
}

void LogEndpoint::answer_tile(std::string_view path, HttpResponder respond) {
    auto const tile = LogTile::parse(path);
    if (!tile) return respond(problem(404, "http.not_found"));
    engine_.submit<std::vector<Digest>>(
        [tile = *tile](Store& store) {
            return store.log().tile(tile.level, tile.number * LogTile::width, tile.hashes);
        },
        [respond](Result<std::vector<Digest>> hashes) {
            if (!hashes) return respond(problem(status_of(hashes.error()), hashes.error().code));
            Bytes body;
            for (auto const& hash : *hashes) body.insert(body.end(), hash.bytes.begin(), hash.bytes.end());
            respond({.status = 200, .content_type = "application/octet-stream", .body = std::move(body)});
        });
}

}  // namespace casebridge
