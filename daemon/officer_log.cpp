// Officer API: the audit log's signed head, and proofs about it. Looking is no act: nothing in it is personal data.
#include "daemon/officer_call.h"

namespace casebridge {
namespace {

/// None if it is not given. Errors: `request.bad_number`.
Result<std::optional<std::uint64_t>> optional_number(OfficerCall const& call, std::string_view key) {
    auto const text = call.text(key);
    if (text.empty()) return std::optional<std::uint64_t>();
    auto const number = parse_log_number(text);
    if (!number) return Error{ErrorKind::invalid, "request.bad_number", std::string(key)};
    return std::optional(*number);
}

Result<std::uint64_t> required_number(OfficerCall const& call, std::string_view key) {
    ASSIGN_OR_RETURN(auto const text, call.required(key));
    ASSIGN_OR_RETURN(auto const number, optional_number(call, key));
    return *number;
}

Json head_json(OfficerCall& call, LogHead const& head) {
    return Json::object().set("size", head.size).set("root", head.root.hex()).set("vkey", call.parts().log.vkey());
}

void checkpoint(OfficerCall& call) {
    auto const size = optional_number(call, "size");
    if (!size) return call.fail(size);
    auto const made = call.parts().log.checkpoint(*size);
    if (!made) return call.fail(made);
    call.answer(head_json(call, made->head).set("text", made->note));
}

void proof(OfficerCall& call) {
    auto const leaf = required_number(call, "leaf");
    if (!leaf) return call.fail(leaf);
    auto const size = optional_number(call, "size");
    if (!size) return call.fail(size);
    auto const made = call.parts().log.prove_leaf(*leaf, *size);
    if (!made) return call.fail(made);
    call.answer(head_json(call, made->head).set("leaf", *leaf).set("data", made->data).set("text", made->text));
}

void consistency(OfficerCall& call) {
    auto const older = required_number(call, "old");
    if (!older) return call.fail(older);
    auto const newer = optional_number(call, "new");
    if (!newer) return call.fail(newer);
    auto const made = call.parts().log.prove_growth(*older, *newer);
    if (!made) return call.fail(made);
    call.answer(head_json(call, made->head)
                    .set("old_size", made->old_head.size)
                    .set("old_root", made->old_head.root.hex())
                    .set("text", made->text));
}

}  // namespace

std::vector<OfficerRoute> log_routes() {
    return {
        {"GET", "/v1/log/checkpoint", Access::reading, checkpoint},
        {"GET", "/v1/log/proof", Access::reading, proof},
        {"GET", "/v1/log/consistency", Access::reading, consistency},
    };
}

}  // namespace casebridge
