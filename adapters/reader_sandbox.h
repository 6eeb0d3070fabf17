// What casebridge-sqlite-reader gives up before it opens a file it has no reason to trust.
#pragma once

namespace casebridge::reader {

/// No new privileges, no core dump, few descriptors, little memory, no large file, and a system call filter: no
/// program is started, no process made, no socket opened, no file named anew or removed. False: the filter could not
/// be set where there is one (x86-64, arm64), and nothing must be read.
bool give_up_privileges();

}  // namespace casebridge::reader
