import type { Event } from "../../base/engine/events.ts";
import { printable, showPath } from "../../base/path/quote.ts";
import type { Messages } from "../../messages/messages.ts";
import type { MinimiseProgress } from "../../minimise/search.ts";
import { probeWords } from "../../probe/lines.ts";
import type { AwaitedEvent } from "../../trace/trace.ts";

/** One event as a line of progress. On a terminal, the next line overwrites it unless it is `lasting`. */
export function progressLine(event: Event, messages: Messages): { text: string; lasting: boolean } | undefined {
	const words = messages.cli.progress;
	switch (event.event) {
		case "step-started":
			if (event.step === "trial") return undefined;
			return {
				text: event.onHost ? words.traceOnHost : words[event.step],
				lasting: event.step === "trace" || event.step === "attach",
			};
		case "processes-attached":
			return { text: words.attached(event.pid, event.processes), lasting: true };
		case "watch-started": {
			const { started, time } = messages.cli.watch;
			return { text: started(time(event.seconds)), lasting: true };
		}
		case "round-started":
			return { text: words.trial(event.round, event.rounds), lasting: true };
		case "accesses-counted":
			return { text: words.paths(event.counts.paths, event.counts.missing), lasting: false };
		case "file-copied": {
			const percent = event.bytesTotal ? Math.floor((event.bytesDone / event.bytesTotal) * 100) : 100;
			return { text: words.copying(percent, showPath(event.path)), lasting: false };
		}
		case "probe-tried":
			return { text: words.probe(event.ok, printable(probeWords(event.command))), lasting: !event.ok };
		case "waited":
			return { text: awaitedText(event, messages), lasting: false };
		case "exercise-run":
			return { text: words.exercise(event.ok, printable(probeWords(event.command))), lasting: !event.ok };
		case "signal-sent":
			return { text: words.signal(event.signal), lasting: false };
		case "service-stopped":
			return { text: messages.cli.adoption.stopping(event.service), lasting: true };
		case "service-started":
			return { text: messages.cli.adoption.started(event.service), lasting: false };
		case "round-finished":
			return event.missing.length
				? { text: words.missing(event.missing.filter((one) => !one.declined).length), lasting: false }
				: undefined;
		case "search-started":
			return { text: messages.cli.minimise.searching(event.jobs), lasting: true };
		case "subset-tried":
			return { text: minimisingText(event, messages), lasting: false };
		case "unit-trial-started":
			return { text: words.unit(event.unit), lasting: true };
		case "selftest-started":
			return { text: messages.selftest.progress, lasting: false };
		case "ways-tried":
			return { text: messages.selftest.trying(event.tried, event.ways, event.launch, event.launches), lasting: false };
		case "warned":
			return { text: messages.note(event.code, event.values), lasting: true };
		default:
			return undefined;
	}
}

export function awaitedText(awaited: AwaitedEvent & { readonly seconds: number }, messages: Messages): string {
	const words = messages.cli.progress;
	const { limit, seconds } = awaited;
	const time = words.awaitsFor(seconds, limit);
	switch (awaited.for) {
		case "start":
			return words.awaitsStart(printable(awaited.program), time);
		case "end":
			return words.awaitsEnd(printable(awaited.program), time);
		case "exercise":
			return words.awaitsExercise(time, printable(awaited.command));
		case "answer":
			return words.awaitsAnswer(time, printable(awaited.said));
	}
}

/** The progress of the search in one line. It is in this file because every progress display loads it. */
export function minimisingText(progress: MinimiseProgress, messages: Messages): string {
	const { bytes, estimated, files, open, secondsLeft, trials } = progress;
	const words = messages.cli.minimise;
	const left = secondsLeft === undefined ? undefined : words.time(secondsLeft);
	return words.progress({ trials, estimated, out: files, bytes: messages.bytes(bytes), open, left });
}
