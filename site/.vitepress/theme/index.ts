// The default theme with the reader's own fonts.
import DefaultTheme from "vitepress/theme-without-fonts";
import "./colours.css";

export default DefaultTheme;
