//! LaTeX formulas in a text: found, converted to MathML, or shown as their source with a note. Must never change a
//! formula silently: what the converter does not fully understand stays as it was written.
