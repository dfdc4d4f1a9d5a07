// The default theme with the reader's own fonts.
import DefaultTheme from "vitepress/theme-without-fonts";
import "./site.css";

export default DefaultTheme;
