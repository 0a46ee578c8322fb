import { printable } from "../../core/path/quote.ts";
import { useView } from "../look.ts";
import { Line } from "../parts/line.tsx";
import { OutputTail } from "../parts/output.tsx";

export function LacksStep() {
	const { height, messages, state } = useView();
	const words = messages.wizard.lacks;
	const { lacks } = state;
	if (!lacks?.length) return <Line dimColor>{messages.wizard.looking}</Line>;
	const installing = state.jobs.install !== undefined;
	const installable = lacks.some((lack) => lack.package !== undefined);
	return (
		<>
			<Line bold>{words.title}</Line>
			{lacks.slice(0, height - 4).map((lack) => (
				<Line key={lack.what}>
					{`[!] ${words.things[lack.what] ?? printable(lack.what)} (${lack.package ? messages.fill(words.package, { package: lack.package }) : words.noPackage})`}
				</Line>
			))}
			<Line />
			<Line>{installing ? words.installing : installable ? words.offer : words.again}</Line>
			{installing ? <OutputTail height={height - lacks.length - 3} /> : null}
		</>
	);
}
