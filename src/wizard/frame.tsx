import { Box } from "ink";
import { type Look, LookContext, type View, ViewContext, WidthContext } from "./look.ts";
import { Footer } from "./parts/footer.tsx";
import { Header, headerRows } from "./parts/header.tsx";
import { Line } from "./parts/line.tsx";
import { MessageArea, messageLines } from "./parts/message.tsx";
import type { WizardState } from "./state.ts";
import { Body } from "./steps/body.tsx";

/**
 * The fixed areas take what they need and the body gets the rows that are left. One row of the terminal stays free: with as many
 * rows as the terminal has, Ink clears the scrollback on every frame.
 */
export function Frame({ look, onMeasured, state }: { state: WizardState; look: Look; onMeasured?: View["onMeasured"] }) {
	const { columns, rows } = state.size;
	const height = rows - 1;
	const outer: View = { ...look, state, width: columns, height, ...(onMeasured ? { onMeasured } : {}) };
	if (columns < 40 || rows < 12) {
		return (
			<LookContext value={look}>
				<Box height={Math.max(1, height)} width={columns} overflowY="hidden">
					<Line width={columns}>{look.messages.wizard.tooSmall}</Line>
				</Box>
			</LookContext>
		);
	}
	const lines = messageLines(state, look.messages, columns, Math.max(3, Math.min(4, height - 10)));
	const bottom = Math.max(1, lines.length + (state.prompt && !state.question ? 1 : 0));
	const body = height - headerRows - bottom - 1;
	return (
		<LookContext value={look}>
			<WidthContext value={columns}>
				<ViewContext value={outer}>
					<Box flexDirection="column" height={height} width={columns} overflowY="hidden">
						<Header />
						<Box flexDirection="column" height={body} flexShrink={0} overflowY="hidden">
							<ViewContext value={{ ...outer, height: body }}>
								<Body />
							</ViewContext>
						</Box>
						<MessageArea lines={lines} />
						<Footer />
					</Box>
				</ViewContext>
			</WidthContext>
		</LookContext>
	);
}
