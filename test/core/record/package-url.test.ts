import { expect, test } from "vitest";
import { packageKindOf, packageUrl } from "../../../src/core/record/packages.ts";

const debian = { architecture: "amd64", distribution: "debian-13", packageKind: "deb" } as const;

test.each([
	[
		"a version with an epoch and a plus sign",
		packageUrl({ name: "libcap2", version: "1:2.75-10+deb13u1~x" }, debian),
		"pkg:deb/debian/libcap2@1:2.75-10%2Bdeb13u1~x?distro=debian-13",
	],
	[
		"what it was built from, where that is something else",
		packageUrl({ name: "libssl3t64", version: "3.5" }, debian, { architecture: "amd64", source: "openssl" }),
		"pkg:deb/debian/libssl3t64@3.5?arch=amd64&distro=debian-13&upstream=openssl",
	],
	[
		"its own source in another version",
		packageUrl({ name: "libcap2", version: "1+b3" }, debian, { architecture: "all", source: "libcap2", sourceVersion: "1" }),
		"pkg:deb/debian/libcap2@1%2Bb3?arch=all&distro=debian-13&upstream=libcap2%401",
	],
	[
		"a package of another architecture",
		packageUrl({ name: "libc6:i386", version: "2.41" }, debian),
		"pkg:deb/debian/libc6@2.41?arch=i386&distro=debian-13",
	],
	[
		"rpm, whose epoch stands by itself",
		packageUrl({ name: "bind", version: "32:9.18-1.fc41" }, { architecture: "x86_64", distribution: "fedora-41" }),
		"pkg:rpm/fedora/bind@9.18-1.fc41?arch=x86_64&distro=fedora-41&epoch=32",
	],
	[
		"a name that would lead elsewhere",
		packageUrl({ name: "a/b?c#d", version: "1@2" }, debian),
		"pkg:deb/debian/a%2Fb%3Fc%23d@1%402?distro=debian-13",
	],
	[
		"a system that nobody knows",
		packageUrl({ name: "a", version: "1" }, { architecture: "x", distribution: "plan9-4" }),
		undefined,
	],
	["a system without a name", packageUrl({ name: "a", version: "1" }, { ...debian, distribution: "" }), undefined],
])("%s", (_, url, expected) => expect(url).toBe(expected));

test("an unknown system uses the family that it names", () => {
	expect(packageKindOf(["raspbian", "debian"])).toBe("deb");
	expect(packageKindOf(["rocky", "rhel", "centos", "fedora"])).toBe("rpm");
	expect(packageKindOf(["opensuse-leap", "suse", "opensuse"])).toBe("rpm");
	expect(packageKindOf([])).toBeUndefined();
});
