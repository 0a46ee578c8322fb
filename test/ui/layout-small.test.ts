import { layoutAt } from "./layout.ts";

layoutAt(60, 15, ["de"]);
layoutAt(40, 12);
