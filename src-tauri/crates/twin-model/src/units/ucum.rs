//! Reads UCUM expressions (UCUM section 2, case-sensitive): terms of prefixed atoms with exponents, `.`, `/` and
//! parentheses. Annotations count as nothing. Units on a logarithmic or shifted scale have no factor and are not read.

/// Powers of metre, second, gram, radian, kelvin, coulomb, candela, mole and bit.
pub(super) type Dimension = [i8; 9];

/// What an expression amounts to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Parsed {
    /// One of it in the base units.
    pub(super) factor: f64,
    pub(super) dimension: Dimension,
}

/// Deepest nesting of parentheses.
const DEPTH_MAX: u8 = 8;
/// Largest exponent of a unit.
const EXPONENT_MAX: i32 = 9;

const ONE: Dimension = [0; 9];
const METRE: Dimension = [1, 0, 0, 0, 0, 0, 0, 0, 0];
const SECOND: Dimension = [0, 1, 0, 0, 0, 0, 0, 0, 0];
const PER_SECOND: Dimension = [0, -1, 0, 0, 0, 0, 0, 0, 0];
const GRAM: Dimension = [0, 0, 1, 0, 0, 0, 0, 0, 0];
const RADIAN: Dimension = [0, 0, 0, 1, 0, 0, 0, 0, 0];
const AREA: Dimension = [2, 0, 0, 0, 0, 0, 0, 0, 0];
const VOLUME: Dimension = [3, 0, 0, 0, 0, 0, 0, 0, 0];
const FORCE: Dimension = [1, -2, 1, 0, 0, 0, 0, 0, 0];
const PRESSURE: Dimension = [-1, -2, 1, 0, 0, 0, 0, 0, 0];
const ENERGY: Dimension = [2, -2, 1, 0, 0, 0, 0, 0, 0];
const POWER: Dimension = [2, -3, 1, 0, 0, 0, 0, 0, 0];
const DOSE: Dimension = [2, -2, 0, 0, 0, 0, 0, 0, 0];
const BIT: Dimension = [0, 0, 0, 0, 0, 0, 0, 0, 1];

const PI: f64 = std::f64::consts::PI;
const INCH: f64 = 0.0254;
const FOOT: f64 = 0.3048;
/// Pound in g, pound-force in g·m/s².
const POUND: f64 = 453.592_37;
const POUND_FORCE: f64 = POUND * 9.806_65;
/// British thermal unit in g·m²/s².
const BTU: f64 = 1_055_055.852_62;

/// Code, whether it takes prefixes, factor, dimension.
const ATOMS: [(&str, bool, f64, Dimension); 84] = [
    ("m", true, 1.0, METRE),
    ("s", true, 1.0, SECOND),
    ("g", true, 1.0, GRAM),
    ("rad", true, 1.0, RADIAN),
    ("K", true, 1.0, [0, 0, 0, 0, 1, 0, 0, 0, 0]),
    ("C", true, 1.0, [0, 0, 0, 0, 0, 1, 0, 0, 0]),
    ("cd", true, 1.0, [0, 0, 0, 0, 0, 0, 1, 0, 0]),
    ("mol", true, 1.0, [0, 0, 0, 0, 0, 0, 0, 1, 0]),
    ("bit", true, 1.0, BIT),
    ("By", true, 8.0, BIT),
    ("%", false, 0.01, ONE),
    ("[ppth]", false, 1e-3, ONE),
    ("[ppm]", false, 1e-6, ONE),
    ("[ppb]", false, 1e-9, ONE),
    ("[pptr]", false, 1e-12, ONE),
    ("sr", true, 1.0, [0, 0, 0, 2, 0, 0, 0, 0, 0]),
    ("deg", false, PI / 180.0, RADIAN),
    ("'", false, PI / 10_800.0, RADIAN),
    ("''", false, PI / 648_000.0, RADIAN),
    ("Hz", true, 1.0, PER_SECOND),
    ("Bq", true, 1.0, PER_SECOND),
    ("Ci", true, 3.7e10, PER_SECOND),
    ("min", false, 60.0, SECOND),
    ("h", false, 3_600.0, SECOND),
    ("d", false, 86_400.0, SECOND),
    ("wk", false, 604_800.0, SECOND),
    ("mo", false, 2_629_800.0, SECOND),
    ("a", false, 31_557_600.0, SECOND),
    ("l", true, 1e-3, VOLUME),
    ("L", true, 1e-3, VOLUME),
    ("ar", true, 100.0, AREA),
    ("t", true, 1e6, GRAM),
    ("N", true, 1e3, FORCE),
    ("dyn", true, 1e-2, FORCE),
    ("[lbf_av]", false, POUND_FORCE, FORCE),
    ("gf", true, 9.806_65, FORCE),
    ("Pa", true, 1e3, PRESSURE),
    ("bar", true, 1e8, PRESSURE),
    ("atm", false, 101_325_000.0, PRESSURE),
    ("[psi]", false, POUND_FORCE / (INCH * INCH), PRESSURE),
    ("m[Hg]", true, 133_322_000.0, PRESSURE),
    ("m[H2O]", true, 9_806_650.0, PRESSURE),
    ("[in_i'Hg]", false, 133_322_000.0 * INCH, PRESSURE),
    ("[in_i'H2O]", false, 9_806_650.0 * INCH, PRESSURE),
    ("J", true, 1e3, ENERGY),
    ("erg", true, 1e-4, ENERGY),
    ("eV", true, 1.602_176_634e-16, ENERGY),
    ("cal", true, 4_184.0, ENERGY),
    ("[Btu_IT]", false, BTU, ENERGY),
    ("W", true, 1e3, POWER),
    ("[HP]", false, 550.0 * FOOT * POUND_FORCE, POWER),
    ("A", true, 1.0, [0, -1, 0, 0, 0, 1, 0, 0, 0]),
    ("V", true, 1e3, [2, -2, 1, 0, 0, -1, 0, 0, 0]),
    ("F", true, 1e-3, [-2, 2, -1, 0, 0, 2, 0, 0, 0]),
    ("Ohm", true, 1e3, [2, -1, 1, 0, 0, -2, 0, 0, 0]),
    ("S", true, 1e-3, [-2, 1, -1, 0, 0, 2, 0, 0, 0]),
    ("Wb", true, 1e3, [2, -1, 1, 0, 0, -1, 0, 0, 0]),
    ("Mx", true, 1e-5, [2, -1, 1, 0, 0, -1, 0, 0, 0]),
    ("T", true, 1e3, [0, -1, 1, 0, 0, -1, 0, 0, 0]),
    ("G", true, 0.1, [0, -1, 1, 0, 0, -1, 0, 0, 0]),
    ("H", true, 1e3, [2, 0, 1, 0, 0, -2, 0, 0, 0]),
    ("lm", true, 1.0, [0, 0, 0, 2, 0, 0, 1, 0, 0]),
    ("lx", true, 1.0, [-2, 0, 0, 2, 0, 0, 1, 0, 0]),
    ("Gy", true, 1.0, DOSE),
    ("Sv", true, 1.0, DOSE),
    ("kat", true, 1.0, [0, -1, 0, 0, 0, 0, 0, 1, 0]),
    ("P", true, 100.0, [-1, -1, 1, 0, 0, 0, 0, 0, 0]),
    ("St", true, 1e-4, [2, -1, 0, 0, 0, 0, 0, 0, 0]),
    ("[g]", true, 9.806_65, [1, -2, 0, 0, 0, 0, 0, 0, 0]),
    ("AU", false, 149_597_870_691.0, METRE),
    ("[in_i]", false, INCH, METRE),
    ("[ft_i]", false, FOOT, METRE),
    ("[yd_i]", false, 3.0 * FOOT, METRE),
    ("[mi_i]", false, 5_280.0 * FOOT, METRE),
    ("[nmi_i]", false, 1_852.0, METRE),
    (
        "[kn_i]",
        false,
        1_852.0 / 3_600.0,
        [1, -1, 0, 0, 0, 0, 0, 0, 0],
    ),
    ("[acr_us]", false, 4_046.872_609_874_252, AREA),
    ("[gal_us]", false, 231.0 * INCH * INCH * INCH, VOLUME),
    (
        "[foz_us]",
        false,
        231.0 * INCH * INCH * INCH / 128.0,
        VOLUME,
    ),
    ("[lb_av]", false, POUND, GRAM),
    ("[oz_av]", false, POUND / 16.0, GRAM),
    ("[stone_av]", false, POUND * 14.0, GRAM),
    ("[ston_av]", false, POUND * 2_000.0, GRAM),
    ("[gr]", false, POUND / 7_000.0, GRAM),
];

const PREFIXES: [(&str, f64); 24] = [
    ("da", 1e1),
    ("Ki", 1_024.0),
    ("Mi", 1_048_576.0),
    ("Gi", 1_073_741_824.0),
    ("Ti", 1_099_511_627_776.0),
    ("Y", 1e24),
    ("Z", 1e21),
    ("E", 1e18),
    ("P", 1e15),
    ("T", 1e12),
    ("G", 1e9),
    ("M", 1e6),
    ("k", 1e3),
    ("h", 1e2),
    ("d", 1e-1),
    ("c", 1e-2),
    ("m", 1e-3),
    ("u", 1e-6),
    ("n", 1e-9),
    ("p", 1e-12),
    ("f", 1e-15),
    ("a", 1e-18),
    ("z", 1e-21),
    ("y", 1e-24),
];

impl Parsed {
    /// Whether both amount to the same, as far as a computer's numbers go.
    pub(super) fn is_same(&self, other: &Parsed) -> bool {
        self.dimension == other.dimension && (self.factor / other.factor - 1.0).abs() < 1e-9
    }

    /// This times `other` to the power `exponent`.
    fn times(mut self, other: &Parsed, exponent: i32) -> Option<Parsed> {
        let power = i8::try_from(exponent).ok()?;
        for (own, theirs) in self.dimension.iter_mut().zip(other.dimension) {
            *own = own.checked_add(theirs.checked_mul(power)?)?;
        }
        self.factor *= other.factor.powi(exponent);
        self.factor.is_normal().then_some(self)
    }
}

const UNITY: Parsed = Parsed {
    factor: 1.0,
    dimension: ONE,
};

/// Reads an expression; none when it is malformed, has an atom unknown here, or has no factor.
pub(super) fn parse(code: &str) -> Option<Parsed> {
    if code.is_empty() || !code.is_ascii() || code.len() > super::TEXT_BYTES_MAX {
        return None;
    }
    let mut text = Text {
        rest: code,
        depth: 0,
    };
    let parsed = text.term()?;
    text.rest.is_empty().then_some(parsed)
}

struct Text<'t> {
    rest: &'t str,
    depth: u8,
}

impl<'t> Text<'t> {
    fn eat(&mut self, sign: char) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn take(&mut self, length: usize) -> Option<&'t str> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn term(&mut self) -> Option<Parsed> {
        let mut sign = if self.eat('/') { -1 } else { 1 };
        let mut product = UNITY;
        loop {
            let component = self.component()?;
            product = product.times(&component, sign)?;
            sign = if self.eat('.') {
                1
            } else if self.eat('/') {
                -1
            } else {
                return Some(product);
            };
        }
    }

    fn component(&mut self) -> Option<Parsed> {
        if self.eat('(') {
            self.depth += 1;
            let inner = (self.depth <= DEPTH_MAX).then(|| self.term())??;
            self.depth -= 1;
            return self.eat(')').then_some(inner);
        }
        if self.rest.starts_with('{') {
            self.annotation()?;
            return Some(UNITY);
        }
        let unit = self.number().or_else(|| self.unit())?;
        if self.rest.starts_with('{') {
            self.annotation()?;
        }
        Some(unit)
    }

    fn annotation(&mut self) -> Option<()> {
        let end = self.rest.find('}')?;
        self.take(end + 1).map(|_| ())
    }

    /// `10*3`, `10^-6` or a whole number.
    fn number(&mut self) -> Option<Parsed> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: f64 = self.rest.get(..digits)?.parse().ok()?;
        self.take(digits)?;
        let factor = if digits == 2 && number == 10.0 && (self.eat('*') || self.eat('^')) {
            10_f64.powi(self.exponent()?.unwrap_or(1))
        } else {
            number
        };
        let dimension = ONE;
        factor.is_normal().then_some(Parsed { factor, dimension })
    }

    fn unit(&mut self) -> Option<Parsed> {
        let mut in_brackets = false;
        let length = self
            .rest
            .bytes()
            .take_while(|byte| {
                in_brackets = (in_brackets || *byte == b'[') && *byte != b']';
                in_brackets || !(byte.is_ascii_digit() || b"./(){}+-".contains(byte))
            })
            .count();
        let atom = atom(self.take(length)?)?;
        let exponent = self
            .exponent()?
            .filter(|exponent| exponent.abs() <= EXPONENT_MAX || self.rest.is_empty());
        let exponent = exponent.unwrap_or(1);
        (exponent.abs() <= EXPONENT_MAX).then(|| UNITY.times(&atom, exponent))?
    }

    /// Some(none) without an exponent, none when it is none.
    fn exponent(&mut self) -> Option<Option<i32>> {
        let signed = usize::from(self.rest.starts_with(['+', '-']));
        let after = self.rest.get(signed..)?;
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            return (signed == 0).then_some(None);
        }
        self.take(signed + digits)?.parse().ok().map(Some)
    }
}

fn atom(code: &str) -> Option<Parsed> {
    let find = |code: &str| ATOMS.iter().find(|(atom, ..)| *atom == code);
    if let Some((_, _, factor, dimension)) = find(code) {
        return Some(Parsed {
            factor: *factor,
            dimension: *dimension,
        });
    }
    PREFIXES.iter().find_map(|(prefix, scale)| {
        let (_, takes_prefix, factor, dimension) = find(code.strip_prefix(prefix)?)?;
        takes_prefix.then_some(Parsed {
            factor: scale * factor,
            dimension: *dimension,
        })
    })
}

/// Whether a code is of a unit whose scale is shifted or logarithmic, or that nothing else measures.
#[cfg(test)]
pub(super) fn is_special(code: &str) -> bool {
    ["Cel", "[degF]", "dB", "B", "B[W]", "[pH]"].contains(&code)
}
