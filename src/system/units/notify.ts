import { runQuickTool, toolEnvironment } from "../tools.ts";

/** Tells systemd that a service of type `notify` has started (sd_notify(3)). Does nothing for any other process. */
export function notifyReady(): void {
	const { NOTIFY_SOCKET } = process.env;
	if (NOTIFY_SOCKET) runQuickTool("systemd-notify", ["--ready"], { env: { ...toolEnvironment, NOTIFY_SOCKET }, stdio: "ignore" });
}
