#include "lab.h"

static long compat(long number, const void *first, long second, long third)
{
	long result;
	/* Only the low half of an address is passed, so the names are low in memory. */
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(third) : "memory", "r8", "r9", "r10", "r11");
	return result;
}

/* A 64-bit program that also makes calls of i386 and x32. */
int main(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	call(SYS_access, "native", R_OK);
	strcpy(low, "by-compat");
	compat(5, low, 0102, 0644);
	compat(39, strcpy(low, "made-by-compat"), 0755, 0);
	compat(12, low, 0, 0);
	call(SYS_access, "in-made", R_OK);
	call(0x40000000 | SYS_open, "by-x32", O_RDONLY);
	call(SYS_access, "native-again", R_OK);
	call(SYS_exit_group, 0);
}
