import { describe, expect, it } from "vitest";
import { ownChroot } from "../../../src/core/application/daemons.ts";

describe("the application's own chroot", () => {
	it.each([
		["/usr/sbin/haproxy", "own-chroot-empty", "chroot DIRECTORY"],
		["/usr/sbin/php-fpm8.4", "own-chroot-files", "chroot = DIRECTORY"],
		["/usr/sbin/sshd", "own-chroot-sessions", "ChrootDirectory DIRECTORY, ForceCommand internal-sftp"],
		["/usr/sbin/in.tftpd", "own-chroot-sessions", "--secure DIRECTORY"],
	])("%s", (program, code, setting) => expect(ownChroot([program, "-f"])).toMatchObject({ code, values: { setting } }));

	it("is not recommended to applications without one", () => {
		for (const program of ["nginx", "dnsmasq", "chronyd", "knotd", "exim4", "memcached", "redis-server", "sh", ""]) {
			expect(ownChroot([`/usr/sbin/${program}`])).toBeUndefined();
		}
	});
});
