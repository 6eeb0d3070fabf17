#include "policies/query.h"

#include "policies/wire.h"

#include <limits>

namespace casebridge {

namespace {

using wire::invalid;

constexpr std::size_t question_size = 2 * 1024;
constexpr std::size_t answer_size = 30 * 1024;  // the envelope's 2 KiB make it 32
constexpr auto longest_life = AgreementPurpose::longest_officer_time + std::chrono::days(7);
constexpr auto query_scope = JsonReader::Scope::query;
constexpr std::string_view question_type = "case_query", answer_type = "query_answer";
constexpr std::string_view word_told = "answered", word_nothing = "no_information", no_onward_transfer = "none";

Json answer_json(AnswerHeader const& header, std::string_view outcome) {
    auto json = Json::object();
    json.set("version", wire::version).set("type", answer_type);
    json.set("query", header.query.text()).set("query_digest", header.query_digest.hex());
    json.set("from", header.from.text()).set("to", header.to.text());
    json.set("at", to_rfc3339(header.at)).set("outcome", outcome);
    return json;
}

Result<AnswerHeader> to_header(std::string_view query, std::string_view digest, std::string_view from,
                               std::string_view to, std::string_view at) {
    ASSIGN_OR_RETURN(auto id, MessageId::parse(query));
    ASSIGN_OR_RETURN(auto const query_digest, Digest::from_hex(digest));
    ASSIGN_OR_RETURN(auto from_node, NodeId::parse(from));
    ASSIGN_OR_RETURN(auto to_node, NodeId::parse(to));
    ASSIGN_OR_RETURN(auto const time, parse_rfc3339(at));
    return AnswerHeader{std::move(id), query_digest, std::move(from_node), std::move(to_node), time};
}

Status check_times(Query const& query) {
    if (query.expires_at <= query.sent_at) return invalid("query.expires_before_sent");
    if (query.expires_at - query.sent_at > longest_life) return invalid("query.life_too_long");
    return Done{};
}

}  // namespace

std::string to_payload(Query const& query) {
    auto json = Json::object();
    json.set("version", wire::version).set("schema", query.schema).set("type", question_type);
    json.set("id", query.id.text()).set("from", wire::to_json(query.from)).set("to", wire::to_json(query.to));
    json.set("sent_at", to_rfc3339(query.sent_at)).set("expires_at", to_rfc3339(query.expires_at));
    json.set("purpose", to_text(query.purpose)).set("agreement", query.agreement.hex());
    json.set("subject", query.subject.text()).set("about", to_text(query.about));
    return wire::padded(std::move(json), question_size);
}

Result<Query> parse_query(std::string_view payload) {
    ASSIGN_OR_RETURN(auto const json, parse_json(payload));
    if (wire::is_other_version(json)) return invalid("query.unknown_version");
    JsonReader reader(json, query_scope);
    reader.integer("version");
    auto const schema = reader.integer("schema");
    auto const type = reader.string("type", wire::longest_word);
    auto const id_text = reader.string("id", wire::longest_reference);
    auto const* const from_json = reader.object("from");
    auto const* const to_json = reader.object("to");
    auto const sent_text = reader.string("sent_at", wire::longest_time);
    auto const expires_text = reader.string("expires_at", wire::longest_time);
    auto const purpose_text = reader.string("purpose", wire::longest_word);
    auto const agreement_text = reader.string("agreement", wire::digest_size);
    auto const subject_text = reader.string("subject", wire::longest_reference);
    auto const about_text = reader.string("about", wire::longest_word);
    auto const padding = reader.string("padding", question_size);
    RETURN_IF_ERROR(reader.finish());
    if (!wire::is_padding(json, padding)) return invalid("query.bad_padding");
    if (type != question_type) return invalid("query.unknown_type");
    if (schema < 1 || schema > std::numeric_limits<int>::max()) return invalid("query.out_of_range", "schema");
    ASSIGN_OR_RETURN(auto id, MessageId::parse(id_text));
    ASSIGN_OR_RETURN(auto from, wire::read_address(*from_json, query_scope));
    ASSIGN_OR_RETURN(auto to, wire::read_address(*to_json, query_scope));
    ASSIGN_OR_RETURN(auto const sent_at, parse_rfc3339(sent_text));
    ASSIGN_OR_RETURN(auto const expires_at, parse_rfc3339(expires_text));
    ASSIGN_OR_RETURN(auto const purpose, parse_purpose(purpose_text));
    ASSIGN_OR_RETURN(auto const agreement, Digest::from_hex(agreement_text));
    ASSIGN_OR_RETURN(auto subject, SubjectReference::parse(subject_text));
    ASSIGN_OR_RETURN(auto const about, parse_about(about_text));
    Query query{.schema = static_cast<int>(schema),
                .id = std::move(id),
                .from = std::move(from),
                .to = std::move(to),
                .sent_at = sent_at,
                .expires_at = expires_at,
                .purpose = purpose,
                .agreement = agreement,
                .subject = std::move(subject),
                .about = about};
    RETURN_IF_ERROR(check_times(query));
    return query;
}

OutgoingAnswer OutgoingAnswer::no_information(AnswerHeader header) {
    return OutgoingAnswer(wire::padded(answer_json(header, word_nothing), answer_size));
}

Result<OutgoingAnswer> OutgoingAnswer::told(AnswerHeader header, MinimisedCase const& body, Timestamp retain_until) {
    auto json = answer_json(header, word_told);
    json.set("retain_until", to_rfc3339(retain_until)).set("onward_transfer", no_onward_transfer);
    json.set("body", body.body()).set("padding", "");
    if (dump(json).size() > answer_size) return Error{ErrorKind::conflict, "query.answer_too_large"};
    return OutgoingAnswer(wire::padded(std::move(json), answer_size));
}

Result<ReceivedAnswer> parse_query_answer(std::string_view payload) {
    ASSIGN_OR_RETURN(auto const json, parse_json(payload));
    if (wire::is_other_version(json)) return invalid("query.unknown_version");
    JsonReader reader(json, query_scope);
    reader.integer("version");
    auto const type = reader.string("type", wire::longest_word);
    auto const query = reader.string("query", wire::longest_reference);
    auto const digest = reader.string("query_digest", wire::digest_size);
    auto const from = reader.string("from", wire::longest_node);
    auto const to = reader.string("to", wire::longest_node);
    auto const at = reader.string("at", wire::longest_time);
    auto const outcome = reader.string("outcome", wire::longest_word);
    bool const told = outcome == word_told;
    auto const retain_text = told ? reader.string("retain_until", wire::longest_time) : std::string();
    auto const onward = told ? reader.string("onward_transfer", wire::longest_word) : std::string(no_onward_transfer);
    auto const* const body = told ? reader.object("body") : nullptr;
    auto const padding = reader.string("padding", answer_size);
    RETURN_IF_ERROR(reader.finish());
    if (!wire::is_padding(json, padding)) return invalid("query.bad_padding");
    if (type != answer_type) return invalid("query.unknown_type");
    if (!told && outcome != word_nothing) return invalid("query.unknown_outcome");
    if (onward != no_onward_transfer) return invalid("query.onward_transfer");
    ASSIGN_OR_RETURN(auto header, to_header(query, digest, from, to, at));
    if (!told) return ReceivedAnswer{std::move(header), std::nullopt};
    ASSIGN_OR_RETURN(auto const retain_until, parse_rfc3339(retain_text));
    return ReceivedAnswer{std::move(header), ReceivedAnswer::Told{*body, retain_until}};
}

Status check_answer(AnswerHeader const& answer, NodeId const& peer, NodeId const& self, MessageId const& query,
                    Digest const& query_digest) {
    if (answer.from != peer || answer.to != self)
        return Error{ErrorKind::unauthentic, "query.wrong_party", peer.text()};
    if (answer.query != query || answer.query_digest != query_digest)
        return Error{ErrorKind::unauthentic, "query.wrong_question", query.text()};
    return Done{};
}

}  // namespace casebridge
