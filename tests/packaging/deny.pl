#!/usr/bin/perl
# Run inside the service's sandbox: tries what an attacker would who has taken over the daemon. Each must be refused.
# Prints one line a try, "refused NAME: reason" or "ALLOWED NAME"; exit code: how many were allowed.
use strict;
use warnings;
use Errno;
use Socket;

my $allowed = 0;

# A try returns true if it succeeded; otherwise $! says why not.
sub try {
    my ($name, $attempt) = @_;
    $! = 0;
    my $succeeded = $attempt->();
    my $reason = "$!";
    print $succeeded ? "ALLOWED $name\n" : "refused $name: $reason\n";
    $allowed += $succeeded ? 1 : 0;
}

sub readable {
    my ($path) = @_;
    open(my $file, '<', $path) or return 0;
    return defined(readline($file));
}

sub writable {
    my ($path) = @_;
    return open(my $file, '>>', $path) ? 1 : 0;
}

# System calls by number, as x86-64 has them.
my %number = (mmap => 9, ptrace => 101, unshare => 272, mount => 165, bpf => 321, adjtimex => 159, init_module => 175);
sub call { my ($name, @arguments) = @_; return syscall($number{$name}, @arguments) != -1; }

die "only for x86-64\n" unless `uname -m` eq "x86_64\n";

try('read /etc/shadow', sub { readable('/etc/shadow') });
try('read the environment of process 1', sub { readable('/proc/1/environ') });
try('see the processes of others', sub { -e '/proc/1' });
try('write into /usr', sub { writable('/usr/casebridge-deny') });
try('write into the configuration', sub { writable('/etc/casebridge/casebridge.yaml') });
try('write into /var/tmp of the machine', sub { writable('/var/lib/casebridge-deny') });
try('read the home directories', sub { opendir(my $home, '/root') });
try('change a kernel setting', sub { writable('/proc/sys/kernel/core_pattern') });
try('open a device', sub { readable('/dev/mem')  });
try('a raw socket', sub { socket(my $raw, AF_INET, SOCK_RAW, 1) });
try('a packet socket', sub { socket(my $packet, 17, SOCK_RAW, 0) });
try('a netlink socket', sub { socket(my $netlink, 16, SOCK_RAW, 0) });
try('memory that is writable and executable', sub { call('mmap', 0, 4096, 7, 0x22, -1, 0) });
try('trace a process', sub { call('ptrace', 16, getppid(), 0, 0) });
try('a new user namespace', sub { call('unshare', 0x10000000) });
try('a new mount namespace', sub { call('unshare', 0x00020000) });
my ($none, $place, $type) = ("none\0", "/tmp\0", "tmpfs\0");
try('mount', sub { call('mount', $none, $place, $type, 0, 0) });
try('load a BPF program', sub { call('bpf', 5, 0, 0) });
my $timex = pack('Lx124', 0x4000);  # the tick, to nothing: refused for its value where the call is allowed
try('set the clock', sub { call('adjtimex', $timex) || $!{EINVAL} });
try('load a kernel module', sub { call('init_module', 0, 0, 0) });
try('a file that runs as another user', sub { writable('/tmp/set') && chmod(04755, '/tmp/set') });
if (my $address = $ENV{DENIED_ADDRESS}) {
    try("connect to $address", sub {
        socket(my $out, AF_INET, SOCK_STREAM, 0) or return 0;
        local $SIG{ALRM} = sub { $! = 110; die "timeout\n" };
        return eval { alarm(3); my $done = connect($out, pack_sockaddr_in(9, inet_aton($address))); alarm(0); $done };
    });
}
exit($allowed);
