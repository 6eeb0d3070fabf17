#include "crypto/names.h"

#include "crypto/oids.h"

#include <openssl/obj_mac.h>

namespace casebridge {
namespace {

constexpr char kServerAuthentication[] = "1.3.6.1.5.5.7.3.1";
constexpr char kClientAuthentication[] = "1.3.6.1.5.5.7.3.2";
constexpr char kEmailProtection[] = "1.3.6.1.5.5.7.3.4";

std::string text_of(ASN1_STRING const* string) {
    return {reinterpret_cast<char const*>(ASN1_STRING_get0_data(string)),
            static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// A name that is text: DNS, URI or mail.
void add_text(STACK_OF(GENERAL_SUBTREE) * trees, int type, std::string const& text) {
    openssl::GeneralSubtree tree(openssl::require(GENERAL_SUBTREE_new(), "GENERAL_SUBTREE"));
    ASN1_IA5STRING* value = openssl::require(ASN1_IA5STRING_new(), "ASN1_IA5STRING");
    GENERAL_NAME_set0_value(tree->base, type, value);
    openssl::require(ASN1_STRING_set(value, text.data(), static_cast<int>(text.size())) == 1, "ASN1_STRING_set");
    openssl::require(sk_GENERAL_SUBTREE_push(trees, tree.get()) > 0, "name constraint");
    static_cast<void>(tree.release());
}

/// Address and mask all zero: every address of that family.
void add_every_address(STACK_OF(GENERAL_SUBTREE) * trees, std::size_t address_size) {
    openssl::GeneralSubtree tree(openssl::require(GENERAL_SUBTREE_new(), "GENERAL_SUBTREE"));
    ASN1_OCTET_STRING* value = openssl::require(ASN1_OCTET_STRING_new(), "ASN1_OCTET_STRING");
    GENERAL_NAME_set0_value(tree->base, GEN_IPADD, value);
    Bytes const zeros(2 * address_size);
    openssl::require(ASN1_OCTET_STRING_set(value, zeros.data(), static_cast<int>(zeros.size())) == 1, "address");
    openssl::require(sk_GENERAL_SUBTREE_push(trees, tree.get()) > 0, "name constraint");
    static_cast<void>(tree.release());
}

void add_name_part(X509_NAME* name, int nid, std::string const& text) {
    openssl::require(
        X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, reinterpret_cast<unsigned char const*>(text.data()),
                                   static_cast<int>(text.size()), -1, 0) == 1,
        "X509_NAME_add_entry");
}

void add_directory_name(STACK_OF(GENERAL_SUBTREE) * trees, NodeId const& node) {
    openssl::GeneralSubtree tree(openssl::require(GENERAL_SUBTREE_new(), "GENERAL_SUBTREE"));
    X509_NAME* name = openssl::require(X509_NAME_new(), "X509_NAME");
    GENERAL_NAME_set0_value(tree->base, GEN_DIRNAME, name);
    add_name_part(name, NID_organizationName, node.text());
    openssl::require(sk_GENERAL_SUBTREE_push(trees, tree.get()) > 0, "name constraint");
    static_cast<void>(tree.release());
}

/// The values of one type among permitted subtrees.
std::vector<std::string> permitted(NAME_CONSTRAINTS const* constraints, int type) {
    std::vector<std::string> values;
    for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees); ++i) {
        GENERAL_NAME const* base = sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base;
        if (base->type == type) values.push_back(text_of(base->d.ia5));
    }
    return values;
}

}  // namespace

std::vector<char const*> usages_of(Role role) {
    switch (role) {
        case Role::tls:
            return {kServerAuthentication, kClientAuthentication};
        case Role::signing:
            // emailProtection, so that `openssl cms -verify` accepts it with its default purpose.
            return {kEmailProtection, kOidSigningUsage};
        case Role::encryption:
            break;
    }
    return {kOidEncryptionUsage};
}

openssl::Asn1Object object(char const* dotted) {
    return openssl::Asn1Object(openssl::require(OBJ_txt2obj(dotted, 1), "OBJ_txt2obj"));
}

std::optional<NodeNames> subject_names(X509* certificate) {
    openssl::ErrorScope const errors;
    // Null also when the extension stands there twice.
    openssl::GeneralNames const names(
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
    if (!names || sk_GENERAL_NAME_num(names.get()) != 2) return std::nullopt;
    NodeNames found;
    for (int i = 0; i < 2; ++i) {
        GENERAL_NAME const* name = sk_GENERAL_NAME_value(names.get(), i);
        if (name->type == GEN_DNS) found.dns = text_of(name->d.dNSName);
        if (name->type == GEN_URI) found.uri = text_of(name->d.uniformResourceIdentifier);
    }
    if (found.dns.empty() || found.uri.empty()) return std::nullopt;
    return found;
}

void set_subject(X509_NAME* subject, NodeId const& node, std::string const& common) {
    add_name_part(subject, NID_organizationName, node.text());
    add_name_part(subject, NID_commonName, common);
}

bool is_subject(Certificate const& certificate, NodeId const& node, std::string const& common) {
    openssl::Handle<X509_NAME, X509_NAME_free> const wanted(openssl::require(X509_NAME_new(), "X509_NAME"));
    set_subject(wanted.get(), node, common);
    return X509_NAME_cmp(X509_get_subject_name(certificate.raw()), wanted.get()) == 0;
}

openssl::NameConstraints name_constraints(NodeId const& node) {
    openssl::NameConstraints constraints(openssl::require(NAME_CONSTRAINTS_new(), "NAME_CONSTRAINTS"));
    constraints->permittedSubtrees = openssl::require(sk_GENERAL_SUBTREE_new_null(), "name constraints");
    constraints->excludedSubtrees = openssl::require(sk_GENERAL_SUBTREE_new_null(), "name constraints");
    // SPEC RFC 5280 4.2.1.10: a constraint on one type of name does not limit the others, so each type has its own.
    add_text(constraints->permittedSubtrees, GEN_DNS, node.dns_name());
    add_text(constraints->permittedSubtrees, GEN_URI, node.text());
    add_text(constraints->permittedSubtrees, GEN_EMAIL, node.dns_name());
    add_directory_name(constraints->permittedSubtrees, node);
    add_every_address(constraints->excludedSubtrees, 4);
    add_every_address(constraints->excludedSubtrees, 16);
    return constraints;
}

bool is_constrained_to(X509* certificate, NodeId const& node) {
    openssl::ErrorScope const errors;
    int critical = 0;
    openssl::NameConstraints const constraints(
        static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(certificate, NID_name_constraints, &critical, nullptr)));
    return constraints && critical == 1 &&
           permitted(constraints.get(), GEN_DNS) == std::vector<std::string>{node.dns_name()} &&
           permitted(constraints.get(), GEN_URI) == std::vector<std::string>{node.text()};
}

}  // namespace casebridge
