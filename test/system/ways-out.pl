# Tries to escape from a cage with x86-64 system calls, and prints a line for each success. Uses no Perl modules, because the
# cage has none. Arguments: a file outside, the pid of a process outside, and a writable directory.
my ($canary, $pid, $dir) = @ARGV;
my $up = "/.." x 40;

sub could { my ($what, $done) = @_; print "$what\n" if $done; }
sub reads { my ($path) = @_; open(my $file, "<", $path) or return 0; return defined(readline($file)); }
# A failed call returns -1.
sub called { my ($number, @args) = @_; return syscall($number, @args) != -1; }
# After EFAULT (14) or EINVAL (22), the kernel has read the arguments, so nothing forbids the call.
sub asked { return called(@_) || $! == 14 || $! == 22; }
# Runs in a separate process, because the work would affect the next attempts.
sub apart { my ($work) = @_; my $child = fork // return 0; exit($work->() ? 0 : 1) unless $child; waitpid($child, 0); return $? == 0; }

could("read the file outside", reads($canary));
could("climb to the file outside", reads("$up$canary"));
could("reach it through /proc/1/root", reads("/proc/1/root$canary"));
could("reach it through the process outside", reads("/proc/$pid/root$canary"));
could("signal the process outside", kill(0, $pid));
could("trace the process outside", called(101, 16, $pid + 0, 0, 0));
could("make a user namespace", apart(sub { called(272, 0x10000000) }));
could("make a mount namespace", apart(sub { called(272, 0x20000) }));
could("clone into a user namespace", apart(sub { my $made = syscall(56, 0x10000011, 0, 0, 0, 0); exit 0 if $made == 0; $made > 0 }));
could("chroot", apart(sub { called(161, $dir) }));
could("mount", apart(sub { called(165, "tmpfs", $dir, "tmpfs", 0, 0) }));
could("unmount the root", apart(sub { called(166, "/", 2) }));
could("change the root", apart(sub { called(155, $dir, $dir) }));
could("make a device node", called(133, "$dir/node", 0020666, 0x103));
could("become root", apart(sub { called(105, 0) }));
could("set groups", apart(sub { called(116, 0, 0) }));
could("make a unix socket", called(41, 1, 1, 0));
could("add a key", called(248, "user", "name", "key", 3, -2));
could("load a program into the kernel", asked(321, 0, 0, 0));
could("make an io_uring", asked(425, 1, 0));
could("open a file by its handle", asked(304, -100, 0, 0));
could("change its own program", open(my $own, ">>", $^X));
could("write beside its data", mkdir("/beside"));
if (open(my $trap, ">", "$dir/trap")) {
	print $trap "#!$^X\nexit 0\n";
	close $trap;
	could("leave a setuid file", chmod(04755, "$dir/trap"));
	chmod 0755, "$dir/trap";
	could("run what it wrote", system("$dir/trap") == 0);
	unlink "$dir/trap";
} else {
	print "nothing can be written: $!\n";
}
