// What every kind of staging table must do: one function for each promise, run on each of them.
#pragma once

#include "tests/support/servers/staging_database.h"

namespace casebridge::test::received {

void a_summary_is_written_once_however_often_it_comes(StagingDatabase& database);
void another_summary_under_the_same_key_is_refused_and_changes_nothing(StagingDatabase& database);
void what_is_hostile_or_huge_comes_back_as_it_was(StagingDatabase& database);
void removing_takes_that_row_and_may_be_repeated(StagingDatabase& database);
void a_good_table_passes_the_check_and_holds_nothing_afterwards(StagingDatabase& database);
void a_wrong_table_is_told_by_name(StagingDatabase& database);
void a_missing_right_is_told_and_nothing_is_written(StagingDatabase& database);
void a_connection_lost_in_the_middle_leaves_no_half_and_the_next_attempt_succeeds(StagingDatabase& database);
void a_server_that_says_nothing_is_given_up_in_time(StagingDatabase& database);
void what_the_table_refuses_is_an_error_of_that_row_alone(StagingDatabase& database);

}  // namespace casebridge::test::received
