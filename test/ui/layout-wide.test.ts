import { layoutAt } from "./layout.ts";

layoutAt(200, 60);
