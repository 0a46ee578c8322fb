import { omitUndefined } from "../../base/collections.ts";
import type { ResidualRisk } from "../../record/residual-risks.ts";
import type { ActionRequest } from "../state/home.ts";
import type { FieldName } from "../state/values.ts";

const field = (name: FieldName, text?: string): Pick<ActionRequest, "action" | "at"> => ({
	action: "edit",
	at: { kind: "field", field: name, ...omitUndefined({ text }) },
});
const refusing = (word: string) => field("refuse", word);

/** What Enter does about a risk, as its remedy says. Others need no change of the cage, or more than one. */
export const riskRequests: Readonly<Partial<Record<ResidualRisk["code"], Pick<ActionRequest, "action" | "at">>>> = {
	outdated: { action: "update" },
	"partly-watched": { action: "edit" },
	"bind-read": { action: "edit" },
	"bind-writable": { action: "edit" },
	"secret-inside": { action: "edit" },
	"setuid-inside": { action: "edit" },
	"root-start": field("user"),
	capabilities: refusing("capability:"),
	"network-shared": field("network", "none"),
	"unix-sockets": refusing("unix-sockets"),
	netlink: refusing("netlink"),
	uevents: refusing("uevents"),
	"packet-sockets": refusing("packet-sockets"),
	multicast: refusing("multicast"),
	"own-process": refusing("own-process"),
	"kernel-proc": refusing("kernel-proc"),
	sys: refusing("sys"),
	proc: refusing("proc"),
	"writable-code": refusing("writable-code"),
	"executable-data": field("allow"),
	memfd: refusing("memfd"),
	ports: refusing("ports"),
	"abstract-sockets": refusing("abstract-sockets"),
	syslog: refusing("syslog"),
	"shared-account": field("dedicatedAccount"),
	"no-limits": field("limitMemory"),
	minimised: { action: "minimise" },
};

export function riskRequest(code: ResidualRisk["code"], cage: string): ActionRequest | undefined {
	const request = riskRequests[code];
	return request && { ...request, cage };
}
