import { loadYoga } from "yoga-layout/load";

/** Stands in for yoga-layout in the bundle, which awaits its WebAssembly while it is loaded: no bundle that V8 keeps the code of can do that. */
let layout: Awaited<ReturnType<typeof loadYoga>>;

export async function loadLayout(): Promise<void> {
	layout ??= await loadYoga();
}

export * from "yoga-layout/load";
export { layout as default };
