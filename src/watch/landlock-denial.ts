import { omitUndefined } from "../base/collections.ts";
import { type LandlockWhy, reasonByRight } from "./alarm.ts";
import { type AuditRecord, callOf, type Denial, parseAudit, untrusted } from "./denial.ts";

/** Something that Landlock refused. */
export interface LandlockDenial {
	/** Milliseconds since 1970. */
	readonly time: number;
	/** The process, or the first process of its domain if the kernel names neither it nor the call. */
	readonly pid: number;
	readonly uid: number;
	/** As in `Denial`. Absent if the kernel does not name the process. */
	readonly session?: number;
	/** Name of the process, which it chooses itself. */
	readonly name: string;
	readonly program: string;
	readonly why: LandlockWhy;
	readonly call?: Denial["call"];
	readonly path?: string;
	readonly port?: number;
}

/** Domains to remember; each start of a cage has one. */
const mostDomains = 1000;

type Creator = Pick<LandlockDenial, "pid" | "uid" | "session" | "name" | "program">;
interface Access extends Pick<LandlockDenial, "time" | "why" | "path" | "port"> {
	readonly serial: string;
	readonly domain: string;
	isOld?: true;
}

/**
 * Combines the kernel's records of one refusal: what was refused (1423), at the first refusal of a domain who created it (1424), and
 * the call with its process (1300), which is missing for processes that started before auditing was enabled.
 */
export class LandlockRecords {
	readonly #domains = new Map<string, Creator>();
	#pending: Access | undefined;

	/** Returns the refusals that this record completes. */
	add(text: string): LandlockDenial[] {
		const record = parseAudit(text);
		switch (record?.type) {
			case "LANDLOCK_ACCESS": {
				if (this.#pending?.serial === record.serial) return [];
				const before = this.#complete();
				this.#pending = accessOf(record);
				return before;
			}
			case "LANDLOCK_DOMAIN":
				this.#noteDomain(text);
				return [];
			case "SYSCALL": {
				if (this.#pending?.serial !== record.serial) return [];
				const creator = creatorOf(record);
				const { fields } = record;
				return this.#complete(creator, callOf(fields.get("syscall"), fields.get("arch")));
			}
			default:
				return [];
		}
	}

	/** The kernel names a domain's process only once. */
	#noteDomain(text: string): void {
		const record = parseAudit(text);
		const domain = record?.fields.get("domain");
		if (record?.type !== "LANDLOCK_DOMAIN" || domain === undefined) return;
		if (record.fields.get("status") !== "allocated") return void this.#domains.delete(domain);
		const creator = creatorOf(record);
		if (creator) this.#domains.set(domain, creator);
		const [oldest] = this.#domains.keys();
		if (this.#domains.size > mostDomains && oldest !== undefined) this.#domains.delete(oldest);
	}

	/** Returns a refusal whose other records do not come. Call it regularly. */
	flush(): LandlockDenial[] {
		if (this.#pending?.isOld) return this.#complete();
		if (this.#pending) this.#pending.isOld = true;
		return [];
	}

	#complete(process?: Creator, call?: Denial["call"]): LandlockDenial[] {
		const access = this.#pending;
		this.#pending = undefined;
		const creator = process ?? (access && this.#domains.get(access.domain));
		if (!access || !creator) return [];
		const { domain: _, isOld: __, serial: ___, ...rest } = access;
		return [{ ...rest, ...creator, ...omitUndefined({ call }) }];
	}
}

function accessOf({ fields, serial, time }: AuditRecord): Access | undefined {
	const domain = fields.get("domain");
	const [blocker = ""] = (fields.get("blockers") ?? "").split(",");
	if (domain === undefined || blocker === "") return undefined;
	const why = reasonByRight[blocker as keyof typeof reasonByRight] ?? "foreign-file";
	const port = Number(fields.get("src"));
	const path = fields.get("path") ?? fields.get("name");
	return {
		time,
		serial,
		domain,
		why,
		...(path === undefined ? {} : { path: untrusted(path) }),
		...(why === "other-port" && port > 0 ? { port } : {}),
	};
}

function creatorOf({ fields }: AuditRecord): Creator | undefined {
	const [pid, uid, session] = [Number(fields.get("pid")), Number(fields.get("uid")), Number(fields.get("ses"))];
	if (Number.isNaN(pid + uid)) return undefined;
	const name = untrusted(fields.get("comm"));
	return { pid, uid, ...(Number.isNaN(session) ? {} : { session }), name, program: untrusted(fields.get("exe")) || name };
}
