import { serve } from "@fenli/strategy";
import { memberDay } from "./strategy.js";

serve(memberDay);
