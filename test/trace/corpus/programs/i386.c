/* A 32-bit program, built without a library: i386's own call numbers, socketcall(2) and 16-bit ids. */
static int call(int number, const void *a, long b, long c, long d)
{
	int result;
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
	return result;
}

static void socketcall(int number, long a, long b, long c, long d, long e, long f)
{
	long words[] = { a, b, c, d, e, f };
	call(102, (void *)number, (long)words, 0, 0);
}

void _start(void)
{
	static char status[256];
	static struct { short family; char path[16]; } address = { 1, "/mnt/socket32" }, none = { 1, "no-socket32" };
	call(39, "made32", 0755, 0, 0);
	call(12, "made32", 0, 0, 0);
	call(5, "file32", 0102, 0644, 0);
	call(195, "file32", (long)status, 0, 0);
	call(18, "file32", (long)status, 0, 0);
	call(16, "file32", 1, 0xffff, 0);
	call(198, "file32", -1, 2, 0);
	call(33, "none32", 4, 0, 0);
	socketcall(1, 1, 1, 0, 0, 0, 0);
	socketcall(1, 1, 2, 0, 0, 0, 0);
	socketcall(2, 4, (long)&address, sizeof address, 0, 0, 0);
	socketcall(3, 4, (long)&none, sizeof none, 0, 0, 0);
	socketcall(11, 5, (long)"x", 1, 0, (long)&none, sizeof none);
	socketcall(3, 3, (long)&none, sizeof none, 0, 0, 0);
	call(22, "/mnt/not-mounted", 0, 0, 0);
	call(252, 0, 0, 0, 0);
	__builtin_unreachable();
}
