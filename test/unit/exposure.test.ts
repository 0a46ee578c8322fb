import { expect, test } from "vitest";
import { parseExposure, permissionsBehind } from "../../src/unit/exposure.ts";

/** Output of systemd 257, shortened. */
const said = `  NAME                                                        DESCRIPTION                                                                EXPOSURE
✓ SystemCallFilter=~@swap                                     System call allow list defined for service, and @swap is not included
✗ SystemCallFilter=~@privileged                               System call allow list defined for service, and @privileged is included (e.g. chown is allowed)      0.2
  SupplementaryGroups=                                        Service runs as root, option does not matter
✗ User=/DynamicUser=                                          Service runs as root user                                                  0.4
✗ CapabilityBoundingSet=~CAP_(DAC_*|FOWNER|IPC_OWNER)         Service may override UNIX file/IPC permission checks                       0.2
✗ CapabilityBoundingSet=~CAP_NET_(BIND_SERVICE|BROADCAST|RAW) Service has elevated networking privileges                                 0.1

→ Overall exposure level for x.service: 2.4 OK :-)
`;

test("the result of systemd-analyze is parsed setting by setting", () => {
	expect(parseExposure(said)).toEqual({
		score: 2.4,
		open: [
			{ setting: "SystemCallFilter=~@privileged", costs: 0.2 },
			{ setting: "User=/DynamicUser=", costs: 0.4 },
			{ setting: "CapabilityBoundingSet=~CAP_(DAC_*|FOWNER|IPC_OWNER)", costs: 0.2 },
			{ setting: "CapabilityBoundingSet=~CAP_NET_(BIND_SERVICE|BROADCAST|RAW)", costs: 0.1 },
		],
	});
	expect(parseExposure("Unit x.service is masked.")).toBeUndefined();
});

test("a setting names the permissions that require it, and no others", () => {
	const names = ["chown", "dac_override", "net_bind_service", "setgid", "setuid"];
	const permissions = {
		capabilities: names.map((name) => ({ name, why: "a test" })),
		unixSockets: "AF_UNIX",
		netlink: "AF_NETLINK",
	};
	const words = (setting: string) => permissionsBehind(setting, permissions).map(({ word }) => word);
	expect(words("CapabilityBoundingSet=~CAP_(DAC_*|FOWNER|IPC_OWNER)")).toEqual(["capability:dac_override"]);
	expect(words("CapabilityBoundingSet=~CAP_(CHOWN|FSETID|SETFCAP)")).toEqual(["capability:chown"]);
	expect(words("CapabilityBoundingSet=~CAP_SET(UID|GID|PCAP)")).toEqual(["capability:setgid", "capability:setuid"]);
	expect(words("CapabilityBoundingSet=~CAP_NET_(BIND_SERVICE|BROADCAST|RAW)")).toEqual(["capability:net_bind_service"]);
	expect(words("CapabilityBoundingSet=~CAP_NET_ADMIN")).toEqual([]);
	expect(words("RestrictAddressFamilies=~AF_UNIX")).toEqual(["unix-sockets"]);
	expect(words("RestrictAddressFamilies=~AF_NETLINK")).toEqual(["netlink"]);
	expect(permissionsBehind("RestrictAddressFamilies=~AF_UNIX", { capabilities: [] })).toEqual([]);
	expect(words("PrivateNetwork=")).toEqual([]);
});
