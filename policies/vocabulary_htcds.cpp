// Code names of the Human Trafficking Case Data Standards 2.0 (HTCDS, version of 2021-12-24), International
// Organization for Migration, github.com/UNMigration/HTCDS, licensed CC BY 4.0. Used here with changes where a comment
// says so; IOM does not endorse this program.
#include "policies/vocabulary_lists.h"

namespace casebridge {

namespace {

constexpr std::string_view genders[] = {
    "Feminine", "Masculine", "TransgenderFeminine", "TransgenderMasculine", "NonConforming", "NonSpecifiedUnknown"};

constexpr std::string_view trafficking_statuses[] = {"PossibleVictimOfTrafficking", "ActualVictimOfTrafficking",
                                                     "NotAVictimOfTrafficking"};

constexpr std::string_view deciding_bodies[] = {"Police", "NGO", "CourtOrProsecution",
                                                "NonPoliceGovernmentalOrganization", "Other"};

constexpr std::string_view recruitment_methods[] = {"AtAPlaceOfBusiness",
                                                    "AtAnEducationalInstitution",
                                                    "AtWork",
                                                    "ThroughOnlineSocialNetworks",
                                                    "ThroughAnOnlineAdvertisement",
                                                    "ThroughATelevisionAdvert",
                                                    "ThroughANewspaperAdvert",
                                                    "ThroughFamilyOrFamilyEvents",
                                                    "ThroughFriendsOrSocialEvents",
                                                    "Other"};

// RestrictsMovement is our extension: the standard defines it in its text but left it out of its list, and an import
// must not drop it.
constexpr std::string_view control_methods[] = {"PhysicalThreats",
                                                "ThreatsLawEnforcement",
                                                "ThreatensChildrenFamily",
                                                "DebtBondage",
                                                "FalsePromises",
                                                "PhysicalAbuse",
                                                "SexualAbuse",
                                                "TakesEarnings",
                                                "RestrictsFinancialAccess",
                                                "RestrictsMedicalCare",
                                                "WithholdsNecessities",
                                                "PsychologicalAbuse",
                                                "PsychoactiveSubstance",
                                                "ExcessiveWorkingHours",
                                                "WithholdsDocuments",
                                                "Other",
                                                "RestrictsMovement"};

constexpr std::string_view exploitation_types[] = {"ForcedLabour",   "SexualExploitation",
                                                   "ChildLabour",    "ForcedMarriage",
                                                   "Servitude",      "ForcedMilitaryByNonStateActors",
                                                   "OrganRemoval",   "ForcedBegging",
                                                   "ForcedAdoption", "Surrogacy",
                                                   "Other"};

// ISIC Rev. 4, sections A to U.
constexpr std::string_view industries[] = {"A_AgricultureForestryAndFishing",
                                           "B_MiningAndQuarrying",
                                           "C_Manufacturing",
                                           "D_ElectricityGasSteamAndAirConditioningSupply",
                                           "E_WaterSupplySewerageWasteManagement",
                                           "F_Construction",
                                           "G_WholesaleAndRetailTradeRepairOfMotorVehicles",
                                           "H_TransportationAndStorage",
                                           "I_AccommodationAndFoodServiceActivities",
                                           "J_InformationAndCommunication",
                                           "K_FinancialAndInsuranceActivities",
                                           "L_RealEstateActivities",
                                           "M_ProfessionalScientificAndTechnicalActivities",
                                           "N_AdministrativeAndSupportServiceActivities",
                                           "O_PublicAdministrationAndDefence",
                                           "P_Education",
                                           "Q_HumanHealthAndSocialWorkActivities",
                                           "R_ArtsEntertainmentAndRecreation",
                                           "S_OtherServiceActivities",
                                           "T_ActivitiesOfHouseholdsAsEmployers",
                                           "U_ActivitiesOfExtraterritorialOrganizations"};

constexpr std::string_view sexual_exploitation_types[] = {"Prostitution", "Pornography", "RemoteInteractiveServices",
                                                          "PrivateSexualServices"};

constexpr std::string_view case_statuses[] = {"Active", "FollowUp", "Closed", "ClosedReferred"};

constexpr std::string_view referral_reasons[] = {"AdditionalServicesRequired", "MigrationOrChangeOfLocation", "Other"};

constexpr std::string_view marital_statuses[] = {"Single",   "Married",   "Widowed",
                                                 "Divorced", "Separated", "RegisteredPartnership"};

// Unaquainted is so spelt in the standard.
constexpr std::string_view trafficker_relationships[] = {"Familial", "Acquainted", "Unaquainted"};

constexpr std::string_view event_types[] = {"Recruitment", "Transit", "Exploitation"};

// The last four are our extension: what the Thai rights notification form names and spl_Type lacks.
constexpr std::string_view services[] = {"Education",
                                         "Financial",
                                         "Health",
                                         "LabourExploitationRehabilitation",
                                         "Legal",
                                         "Livelihood",
                                         "RightsBasedTraining",
                                         "SexualExploitationRehabilitation",
                                         "SocialCare",
                                         "Shelter",
                                         "Interpretation",
                                         "FamilyTracing",
                                         "Return"};

constexpr std::string_view organisation_types[] = {"NGO",
                                                   "LawEnforcement",
                                                   "HealthServiceOrganisation",
                                                   "CentralGovernmentOrganisation",
                                                   "LocalGovernmentOrganisation",
                                                   "ImmigrationService",
                                                   "LegalService",
                                                   "CorporateBusiness",
                                                   "SchoolOrCollege"};

constexpr CodeList lists[] = {{"genders", genders},
                              {"trafficking_statuses", trafficking_statuses},
                              {"deciding_bodies", deciding_bodies},
                              {"recruitment_methods", recruitment_methods},
                              {"control_methods", control_methods},
                              {"exploitation_types", exploitation_types},
                              {"industries", industries},
                              {"sexual_exploitation_types", sexual_exploitation_types},
                              {"case_statuses", case_statuses},
                              {"referral_reasons", referral_reasons},
                              {"marital_statuses", marital_statuses},
                              {"trafficker_relationships", trafficker_relationships},
                              {"event_types", event_types},
                              {"services", services},
                              {"organisation_types", organisation_types}};

}  // namespace

std::span<CodeList const> htcds_lists() {
    return lists;
}

}  // namespace casebridge
