import { idOf } from "./argument.ts";
import type { CallEvent } from "./line.ts";
import { type Ids, type Process, sameIds } from "./process.ts";
import type { Recorder } from "./recorder.ts";

/** The call's name without the `32` that 32-bit machines add. */
export function baseCall(call: string): string {
	return call.endsWith("32") ? call.slice(0, -2) : call;
}

/**
 * Follows a change of identity that succeeded and records it (`recorder` absent: only follows).
 * A change among the ids that the process already has is free; any other needs the capability (setresuid(2), setuid(2)).
 */
export function changeIdentity(event: CallEvent, process: Process, recorder: Recorder | undefined): void {
	const call = baseCall(event.call);
	if (call === "setgroups") {
		for (const group of event.args[1]?.match(/[0-9]+/g) ?? []) recorder?.trace.gids.add(Number(group));
		recorder?.capability("setgid", event.call, process.program);
		return;
	}
	const ofUser = call.endsWith("uid");
	const current = ofUser ? process.uid : process.gid;
	const asked = event.args.map(idOf);
	if (!call.startsWith("setfs")) {
		const next = changed(call, current, asked, process.uid.effective === 0);
		if (ofUser) process.uid = next;
		else process.gid = next;
	}
	if (!recorder) return;
	for (const id of asked) {
		if (id === undefined) continue;
		// setfsuid(2) never fails, so its success shows nothing.
		if (call.startsWith("setfs")) continue;
		(ofUser ? recorder.trace.uids : recorder.trace.gids).add(id);
		if (id !== current.real && id !== current.effective && id !== current.saved) {
			recorder.capability(ofUser ? "setuid" : "setgid", event.call, process.program);
		}
	}
}

function changed(call: string, old: Ids, asked: readonly (number | undefined)[], privileged: boolean): Ids {
	const [first, second, third] = asked;
	if (call === "setuid" || call === "setgid") {
		if (first === undefined) return old;
		return privileged || (first !== old.real && first !== old.saved) ? sameIds(first) : { ...old, effective: first };
	}
	const real = first ?? old.real;
	const effective = second ?? old.effective;
	if (call.startsWith("setres")) return { real, effective, saved: third ?? old.saved };
	// setreuid(2): the saved id follows when the real one is set, or the effective one to something else than the old real one.
	const follows = first !== undefined || (second !== undefined && second !== old.real);
	return { real, effective, saved: follows ? effective : old.saved };
}
