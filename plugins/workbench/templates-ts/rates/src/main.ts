import { serve } from "@fenli/strategy";
import { strategy } from "./strategy.js";

serve(strategy);
