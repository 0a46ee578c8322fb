import { useCallback, useSyncExternalStore } from "react";
import { Frame } from "./frame.tsx";
import type { Look } from "./look.ts";
import type { WizardStore } from "./runner.ts";

export function App({ look, store }: { store: WizardStore; look: Look }) {
	const state = useSyncExternalStore(
		(listener) => store.subscribe(listener),
		() => store.state,
	);
	const onMeasured = useCallback(
		(scrollEnd: number, found: readonly number[]) => store.dispatch({ type: "measured", scrollEnd, found }),
		[store],
	);
	return <Frame state={state} look={look} onMeasured={onMeasured} />;
}
