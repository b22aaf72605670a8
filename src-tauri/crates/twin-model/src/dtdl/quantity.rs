//! Quantities and their units: which unit fits which semantic type.
//!
//! Facts of the language: DTDL v2, "Semantic types"; extension QuantitativeTypes, versions 1 to 3.

/// The first vocabulary that has a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Since {
    /// DTDL v2, without an extension.
    Core,
    /// QuantitativeTypes 1, for DTDL v3, and 2, for DTDL v4.
    First,
    /// QuantitativeTypes 3, for DTDL v4.
    Third,
}

/// A type of unit, such as TemperatureUnit, with the units of each vocabulary that the one before lacks.
struct UnitType {
    name: &'static str,
    core: &'static str,
    first: &'static str,
    third: &'static str,
}

/// A semantic type, such as Temperature.
#[derive(Debug)]
pub(super) struct Quantity {
    pub(super) name: &'static str,
    /// Its type of unit.
    pub(super) unit_type: &'static str,
    since: Since,
}

/// The semantic type of this name.
pub(super) fn quantity(name: &str, vocabulary: Since) -> Option<&'static Quantity> {
    let found = QUANTITIES.iter().find(|quantity| quantity.name == name)?;
    (found.since <= vocabulary).then_some(found)
}

/// Whether a type of unit has this name.
pub(super) fn unit_type(name: &str, vocabulary: Since) -> Option<&'static str> {
    let found = UNIT_TYPES.iter().find(|unit_type| unit_type.name == name)?;
    found.units(vocabulary).next().map(|_| found.name)
}

/// The types of unit that have this unit: `percent` and `pound` are in more than one place, so a list.
pub(super) fn types_of_unit(
    unit: &str,
    vocabulary: Since,
) -> impl Iterator<Item = &'static str> + use<'_> {
    UNIT_TYPES
        .iter()
        .filter(move |unit_type| unit_type.units(vocabulary).any(|known| known == unit))
        .map(|unit_type| unit_type.name)
}

/// The units of a type of unit, in the order of the alphabet within each vocabulary.
pub(super) fn units_of(name: &str, vocabulary: Since) -> Vec<&'static str> {
    let found = UNIT_TYPES.iter().find(|unit_type| unit_type.name == name);
    found.map_or_else(Vec::new, |found| found.units(vocabulary).collect())
}

impl UnitType {
    fn units(&self, vocabulary: Since) -> impl Iterator<Item = &'static str> {
        let lists = [
            (self.core, Since::Core),
            (self.first, Since::First),
            (self.third, Since::Third),
        ];
        lists
            .into_iter()
            .filter(move |(_, since)| *since <= vocabulary)
            .flat_map(|(list, _)| list.split_whitespace())
    }
}

const fn units(
    name: &'static str,
    core: &'static str,
    first: &'static str,
    third: &'static str,
) -> UnitType {
    UnitType {
        name,
        core,
        first,
        third,
    }
}

const fn core(name: &'static str, unit_type: &'static str) -> Quantity {
    Quantity {
        name,
        unit_type,
        since: Since::Core,
    }
}

const fn first(name: &'static str, unit_type: &'static str) -> Quantity {
    Quantity {
        name,
        unit_type,
        since: Since::First,
    }
}

const fn third(name: &'static str, unit_type: &'static str) -> Quantity {
    Quantity {
        name,
        unit_type,
        since: Since::Third,
    }
}

const QUANTITIES: &[Quantity] = &[
    core("Acceleration", "AccelerationUnit"),
    core("Angle", "AngleUnit"),
    core("AngularAcceleration", "AngularAccelerationUnit"),
    core("AngularVelocity", "AngularVelocityUnit"),
    first("ApparentEnergy", "ApparentEnergyUnit"),
    first("ApparentPower", "ApparentPowerUnit"),
    core("Area", "AreaUnit"),
    core("Capacitance", "CapacitanceUnit"),
    first("Concentration", "Unitless"),
    core("Current", "CurrentUnit"),
    core("DataRate", "DataRateUnit"),
    core("DataSize", "DataSizeUnit"),
    core("Density", "DensityUnit"),
    core("Distance", "LengthUnit"),
    third("DynamicViscosity", "DynamicViscosityUnit"),
    third("Efficiency", "Unitless"),
    core("ElectricCharge", "ChargeUnit"),
    core("Energy", "EnergyUnit"),
    first("EnergyRate", "PowerUnit"),
    core("Force", "ForceUnit"),
    core("Frequency", "FrequencyUnit"),
    third("GasLeakageRate", "GasLeakageRateUnit"),
    core("Humidity", "DensityUnit"),
    core("Illuminance", "IlluminanceUnit"),
    core("Inductance", "InductanceUnit"),
    first("IonizingRadiationDose", "IonizingRadiationDoseUnit"),
    first("Irradiance", "IrradianceUnit"),
    third("KinematicViscosity", "KinematicViscosityUnit"),
    core("Latitude", "AngleUnit"),
    core("Length", "LengthUnit"),
    core("Longitude", "AngleUnit"),
    core("Luminance", "LuminanceUnit"),
    core("Luminosity", "PowerUnit"),
    core("LuminousFlux", "LuminousFluxUnit"),
    core("LuminousIntensity", "LuminousIntensityUnit"),
    core("MagneticFlux", "MagneticFluxUnit"),
    core("MagneticInduction", "MagneticInductionUnit"),
    core("Mass", "MassUnit"),
    core("MassFlowRate", "MassFlowRateUnit"),
    core("Power", "PowerUnit"),
    core("Pressure", "PressureUnit"),
    first("Radioactivity", "RadioactivityUnit"),
    first("ReactiveEnergy", "ReactiveEnergyUnit"),
    first("ReactivePower", "ReactivePowerUnit"),
    third("ReciprocalLength", "ReciprocalLengthUnit"),
    third("ReciprocalTime", "ReciprocalTimeUnit"),
    first("RelativeDensity", "Unitless"),
    core("RelativeHumidity", "Unitless"),
    third("RelativeMeasure", "Unitless"),
    core("Resistance", "ResistanceUnit"),
    third("Scale", "Unitless"),
    core("SoundPressure", "SoundPressureUnit"),
    core("Temperature", "TemperatureUnit"),
    third("Throttle", "Unitless"),
    core("Thrust", "ForceUnit"),
    core("TimeSpan", "TimeUnit"),
    core("Torque", "TorqueUnit"),
    core("Velocity", "VelocityUnit"),
    core("Voltage", "VoltageUnit"),
    core("Volume", "VolumeUnit"),
    core("VolumeFlowRate", "VolumeFlowRateUnit"),
];

const UNIT_TYPES: &[UnitType] = &[
    units(
        "AccelerationUnit",
        "centimetrePerSecondSquared gForce metrePerSecondSquared",
        "",
        "kilometrePerSecondSquared millimetrePerSecondSquared",
    ),
    units(
        "AngleUnit",
        "degreeOfArc minuteOfArc radian secondOfArc turn",
        "",
        "",
    ),
    units("AngularAccelerationUnit", "radianPerSecondSquared", "", ""),
    units(
        "AngularVelocityUnit",
        "degreePerSecond radianPerSecond revolutionPerMinute revolutionPerSecond",
        "",
        "",
    ),
    units(
        "ApparentEnergyUnit",
        "",
        "gigavoltAmpereHour kilovoltAmpereHour megavoltAmpereHour voltAmpereHour",
        "millivoltAmpereHour",
    ),
    units(
        "ApparentPowerUnit",
        "",
        "gigavoltAmpere kilovoltAmpere megavoltAmpere millivoltAmpere voltAmpere",
        "",
    ),
    units(
        "AreaUnit",
        "acre hectare squareCentimetre squareFoot squareInch squareKilometre squareMetre \
         squareMillimetre",
        "",
        "",
    ),
    units(
        "CapacitanceUnit",
        "farad microfarad millifarad nanofarad picofarad",
        "",
        "",
    ),
    units("ChargeUnit", "coulomb", "ampereHour milliampereHour", ""),
    units(
        "CurrentUnit",
        "ampere microampere milliampere",
        "kiloampere",
        "nanoampere picoampere",
    ),
    units(
        "DataRateUnit",
        "bitPerSecond bytePerSecond exbibitPerSecond exbibytePerSecond gibibitPerSecond \
         gibibytePerSecond kibibitPerSecond kibibytePerSecond mebibitPerSecond \
         mebibytePerSecond tebibitPerSecond tebibytePerSecond yobibitPerSecond \
         yobibytePerSecond zebibitPerSecond zebibytePerSecond",
        "",
        "",
    ),
    units(
        "DataSizeUnit",
        "bit byte exbibit exbibyte gibibit gibibyte kibibit kibibyte mebibit mebibyte \
         tebibit tebibyte yobibit yobibyte zebibit zebibyte",
        "",
        "",
    ),
    units(
        "DensityUnit",
        "gramPerCubicMetre kilogramPerCubicMetre",
        "microgramPerCubicMetre milligramPerCubicMetre",
        "",
    ),
    units(
        "DynamicViscosityUnit",
        "",
        "",
        "centipoise millipascalSecond millipoise pascalSecond poise",
    ),
    units(
        "EnergyUnit",
        "electronvolt gigajoule joule kilojoule kilowattHour megaelectronvolt megajoule",
        "britishThermalUnit gigawattHour kiloBritishThermalUnit megawattHour \
         milliwattHour terawattHour wattHour",
        "",
    ),
    units("ForceUnit", "newton ounce pound ton", "", ""),
    units(
        "FrequencyUnit",
        "gigahertz hertz kilohertz megahertz",
        "millihertz",
        "",
    ),
    units(
        "GasLeakageRateUnit",
        "",
        "",
        "decapascalCubicMetrePerSecond hectopascalCubicMetrePerSecond \
         kilopascalCubicMetrePerSecond pascalCubicMetrePerSecond",
    ),
    units("IlluminanceUnit", "footcandle lux", "", ""),
    units("InductanceUnit", "henry microhenry millihenry", "", ""),
    units(
        "IonizingRadiationDoseUnit",
        "",
        "gray microgray microsievert milligray millisievert sievert",
        "",
    ),
    units("IrradianceUnit", "", "wattPerSquareMetre", ""),
    units(
        "KinematicViscosityUnit",
        "",
        "",
        "centistokes squareMetrePerSecond stokes",
    ),
    units(
        "LengthUnit",
        "astronomicalUnit centimetre foot inch kilometre metre micrometre mile millimetre \
         nanometre nauticalMile",
        "",
        "",
    ),
    units("LuminanceUnit", "candelaPerSquareMetre", "", ""),
    units("LuminousFluxUnit", "lumen", "", ""),
    units("LuminousIntensityUnit", "candela", "", ""),
    units("MagneticFluxUnit", "maxwell weber", "", ""),
    units("MagneticInductionUnit", "tesla", "gauss", ""),
    units(
        "MassFlowRateUnit",
        "gramPerHour gramPerSecond kilogramPerHour kilogramPerSecond",
        "massPoundPerHour",
        "",
    ),
    units(
        "MassUnit",
        "gram kilogram microgram milligram slug tonne",
        "massPound",
        "",
    ),
    units(
        "PowerUnit",
        "gigawatt horsepower kilowatt kilowattHourPerYear megawatt microwatt milliwatt \
         watt",
        "britishThermalUnitPerHour gigajoulePerHour joulePerHour joulePerSecond \
         kiloBritishThermalUnitPerHour kilojoulePerHour kilojoulePerSecond \
         megajoulePerHour tonOfRefrigeration",
        "",
    ),
    units(
        "PressureUnit",
        "bar inchesOfMercury inchesOfWater kilopascal millibar millimetresOfMercury \
         pascal poundPerSquareInch",
        "decapascal hectopascal",
        "",
    ),
    units(
        "RadioactivityUnit",
        "",
        "becquerel gigabecquerel kilobecquerel megabecquerel",
        "",
    ),
    units(
        "ReactiveEnergyUnit",
        "",
        "gigavoltAmpereReactiveHour kilovoltAmpereReactiveHour megavoltAmpereReactiveHour \
         voltAmpereReactiveHour",
        "",
    ),
    units(
        "ReactivePowerUnit",
        "",
        "gigavoltAmpereReactive kilovoltAmpereReactive megavoltAmpereReactive \
         millivoltAmpereReactive voltAmpereReactive",
        "",
    ),
    units(
        "ReciprocalLengthUnit",
        "",
        "",
        "reciprocalCentimetre reciprocalKilometre reciprocalMetre reciprocalMicrometre \
         reciprocalMillimetre reciprocalNanometre",
    ),
    units(
        "ReciprocalTimeUnit",
        "",
        "",
        "reciprocalMinute reciprocalSecond",
    ),
    units("ResistanceUnit", "kiloohm megaohm milliohm ohm", "", ""),
    units("SoundPressureUnit", "bel decibel", "", ""),
    units(
        "TemperatureUnit",
        "degreeCelsius degreeFahrenheit kelvin",
        "",
        "",
    ),
    units(
        "TimeUnit",
        "day hour microsecond millisecond minute nanosecond second year",
        "",
        "",
    ),
    units("TorqueUnit", "newtonMetre", "", ""),
    units(
        "Unitless",
        "percent unity",
        "partsPerBillion partsPerMillion partsPerQuadrillion partsPerTrillion",
        "",
    ),
    units(
        "VelocityUnit",
        "centimetrePerSecond kilometrePerHour kilometrePerSecond knot metrePerHour \
         metrePerSecond milePerHour milePerSecond",
        "",
        "millimetrePerSecond",
    ),
    units(
        "VoltageUnit",
        "kilovolt megavolt microvolt millivolt volt",
        "",
        "",
    ),
    units(
        "VolumeFlowRateUnit",
        "litrePerHour litrePerSecond millilitrePerHour millilitrePerSecond",
        "cubicFootPerMinute cubicMetrePerHour cubicMetrePerMinute cubicMetrePerSecond \
         gallonPerHour gallonPerMinute litrePerMinute millilitrePerMinute",
        "cubicCentimetrePerMinute cubicCentimetrePerSecond",
    ),
    units(
        "VolumeUnit",
        "cubicCentimetre cubicFoot cubicInch cubicMetre fluidOunce gallon litre \
         millilitre",
        "",
        "",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Vocabulary, lookup};

    #[test]
    fn every_quantity_has_units() {
        for quantity in QUANTITIES {
            let units = units_of(quantity.unit_type, quantity.since);
            assert!(!units.is_empty(), "{quantity:?}");
        }
    }

    #[test]
    fn every_unit_can_be_shown() {
        let all = UNIT_TYPES.iter().flat_map(|of| of.units(Since::First));
        let unknown: Vec<&str> = all
            .filter(|unit| lookup(unit, Vocabulary::Dtdl).is_none())
            .collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }
}
