import fc from "fast-check";

/** Values that the filter's rules compare, their neighbours, and the same with higher bits, which the kernel ignores. */
export const notableWords: readonly bigint[] = [
	0, 1, 2, 3, 4, 5, 6, 7, 10, 16, 17, 35, 58, 132, 262, 0x22, 0x5412, 0x5413, 0x541c, 0o644, 0o2755, 0o4755, 0o10600, 0o20644,
	0o60000, 0o100644, 0o140644, 0x40, 0x41, 0x410002, 0x8000, 0x40000, 0x20000, 0x01200011, 0x10000011, 0x40000000, 0x80000000,
	0xffffffff,
].flatMap((word) => [BigInt(word), BigInt(word) | 0x1_0000_0000n, BigInt(word) | 0xffff_ffff_0000_0000n]);

export const sixArguments = fc.array(
	fc.oneof(fc.constantFrom(...notableWords), fc.bigInt(0n, 0xffff_ffff_ffff_ffffn), fc.bigInt(0n, 0xffn)),
	{ minLength: 6, maxLength: 6 },
);
