//! Does a country's certificate stand for the state that a document names? Three-letter codes of the machine-readable
//! zone (ICAO Doc 9303-3, section 5) beside the two letters of a certificate's name (ISO 3166-1).

/// What a comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Same,
    Different,
    /// A code that is not in the table, or a certificate without country.
    Unknown,
}

/// `VNM` stands for `vn`: three letters of the zone, then the two of the certificate.
const CODES: &str = "\
    AFGaf ALAax ALBal DZAdz ASMas ANDad AGOao AIAai ATAaq ATGag ARGar ARMam ABWaw AUSau AUTat AZEaz BHSbs BHRbh BGDbd \
    BRBbb BLRby BELbe BLZbz BENbj BMUbm BTNbt BOLbo BESbq BIHba BWAbw BVTbv BRAbr IOTio BRNbn BGRbg BFAbf BDIbi CPVcv \
    KHMkh CMRcm CANca CYMky CAFcf TCDtd CHLcl CHNcn CXRcx CCKcc COLco COMkm COGcg CODcd COKck CRIcr CIVci HRVhr CUBcu \
    CUWcw CYPcy CZEcz DNKdk DJIdj DMAdm DOMdo ECUec EGYeg SLVsv GNQgq ERIer ESTee SWZsz ETHet FLKfk FROfo FJIfj FINfi \
    FRAfr GUFgf PYFpf ATFtf GABga GMBgm GEOge DEUde GHAgh GIBgi GRCgr GRLgl GRDgd GLPgp GUMgu GTMgt GGYgg GINgn GNBgw \
    GUYgy HTIht HMDhm VATva HNDhn HKGhk HUNhu ISLis INDin IDNid IRNir IRQiq IRLie IMNim ISRil ITAit JAMjm JPNjp JEYje \
    JORjo KAZkz KENke KIRki PRKkp KORkr KWTkw KGZkg LAOla LVAlv LBNlb LSOls LBRlr LBYly LIEli LTUlt LUXlu MACmo MDGmg \
    MWImw MYSmy MDVmv MLIml MLTmt MHLmh MTQmq MRTmr MUSmu MYTyt MEXmx FSMfm MDAmd MCOmc MNGmn MNEme MSRms MARma MOZmz \
    MMRmm NAMna NRUnr NPLnp NLDnl NCLnc NZLnz NICni NERne NGAng NIUnu NFKnf MKDmk MNPmp NORno OMNom PAKpk PLWpw PSEps \
    PANpa PNGpg PRYpy PERpe PHLph PCNpn POLpl PRTpt PRIpr QATqa REUre ROUro RUSru RWArw BLMbl SHNsh KNAkn LCAlc MAFmf \
    SPMpm VCTvc WSMws SMRsm STPst SAUsa SENsn SRBrs SYCsc SLEsl SGPsg SXMsx SVKsk SVNsi SLBsb SOMso ZAFza SGSgs SSDss \
    ESPes LKAlk SDNsd SURsr SJMsj SWEse CHEch SYRsy TWNtw TJKtj TZAtz THAth TLStl TGOtg TKLtk TONto TTOtt TUNtn TURtr \
    TKMtm TCAtc TUVtv UGAug UKRua AREae GBRgb USAus UMIum URYuy UZBuz VUTvu VENve VNMvn VGBvg VIRvi WLFwf ESHeh YEMye \
    ZMBzm ZWEzw Dde UNOun UNAun UNKun EUEeu UTOut RKSks XKXks";

/// Whether two small letters stand for a state or an organisation that issues travel documents.
pub(super) fn is_known(country: &str) -> bool {
    country.len() == 2 && CODES.split(' ').any(|code| code.ends_with(country))
}

/// Compares a zone's state with a certificate's country, small letters.
pub(super) fn compare(state: &str, country: Option<&str>) -> Comparison {
    let known = CODES
        .split(' ')
        .find_map(|code| code.strip_prefix(state).filter(|rest| rest.len() == 2));
    match (known, country) {
        (Some(known), Some(country)) if known == country => Comparison::Same,
        (Some(_), Some(_)) => Comparison::Different,
        _ => Comparison::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_countries() {
        assert!(is_known("vn") && is_known("un"));
        assert!(["", "v", "vnm", "VN", "zz"].iter().all(|odd| !is_known(odd)));
        assert_eq!(compare("VNM", Some("vn")), Comparison::Same);
        assert_eq!(compare("D", Some("de")), Comparison::Same);
        assert_eq!(compare("DEU", Some("de")), Comparison::Same);
        assert_eq!(compare("VNM", Some("la")), Comparison::Different);
        assert_eq!(compare("VNM", None), Comparison::Unknown);
        for odd in ["", "V", "VN", "vnm", "XYZ", " VNM"] {
            assert_eq!(compare(odd, Some("vn")), Comparison::Unknown, "{odd}");
        }
        assert!(CODES.split(' ').all(|code| (3..=5).contains(&code.len())));
        assert_eq!(CODES.split(' ').count(), 249 + 8);
    }
}
