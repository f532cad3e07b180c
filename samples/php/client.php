<?php
// Client AGORA avec SoapClient et openssl : création, entrée, sortie, consultation.
declare(strict_types=1);

$pki = getenv('AGORA_PKI');
$partner = json_decode(file_get_contents("$pki/partner.json"), true)['partner'];
$url = getenv('AGORA_URL') ?: $partner['endpoint'];
$start = getenv('AGORA_DEBUT');
$person = ['nir' => getenv('AGORA_NIR'), 'nomNaissance' => getenv('AGORA_NOM')];
// PHP veut la clé et le certificat dans un seul fichier.
$both = tempnam(sys_get_temp_dir(), 'agora');
file_put_contents($both, file_get_contents("$pki/partner-tls.pem") . file_get_contents("$pki/partner-tls.key"));
$client = new SoapClient("$url?wsdl", [
    'location' => $url,
    'exceptions' => true,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'stream_context' => stream_context_create(['ssl' => ['cafile' => "$pki/ca.pem", 'local_cert' => $both]]),
]);

function x(string $text): string
{
    return htmlspecialchars($text, ENT_XML1 | ENT_NOQUOTES);
}

function instant(int $seconds): string
{
    return gmdate('Y-m-d\TH:i:s\Z', time() + $seconds);
}

// L'assertion est écrite sous sa forme canonique exclusive : attributs triés, aucune balise vide.
function securityHeader(array $partner, string $pki): SoapHeader
{
    $saml = 'urn:oasis:names:tc:SAML:2.0:assertion';
    $ds = 'http://www.w3.org/2000/09/xmldsig#';
    $exc = 'http://www.w3.org/2001/10/xml-exc-c14n#';
    $wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
    $id = '_' . bin2hex(random_bytes(16));
    $end = instant(240);
    $now = instant(0);
    $codes = implode('', array_map(fn ($code) => '<saml:AttributeValue>' . x($code) . '</saml:AttributeValue>', $partner['pagm']));
    $unsigned = "<saml:Assertion xmlns:saml=\"$saml\" ID=\"$id\" IssueInstant=\"$now\" Version=\"2.0\">"
        . '<saml:Issuer>' . x($partner['issuer']) . '</saml:Issuer><saml:Subject><saml:NameID>' . x($partner['nameid']) . '</saml:NameID>'
        . '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        . "<saml:SubjectConfirmationData NotOnOrAfter=\"$end\" Recipient=\"{$partner['recipient']}\"></saml:SubjectConfirmationData>"
        . '</saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="' . instant(-30) . "\" NotOnOrAfter=\"$end\">"
        . '<saml:AudienceRestriction><saml:Audience>' . x($partner['audience']) . '</saml:Audience></saml:AudienceRestriction></saml:Conditions>'
        . "<saml:AuthnStatement AuthnInstant=\"$now\" SessionIndex=\"$id\"><saml:AuthnContext><saml:AuthnContextClassRef>"
        . x($partner['authn_context']) . '</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>'
        . "<saml:AttributeStatement><saml:Attribute Name=\"PAGM\">$codes</saml:Attribute></saml:AttributeStatement></saml:Assertion>";
    $digest = base64_encode(hash('sha256', $unsigned, true));
    $info = fn (string $declared) => "<ds:SignedInfo$declared><ds:CanonicalizationMethod Algorithm=\"$exc\"></ds:CanonicalizationMethod>"
        . '<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></ds:SignatureMethod>'
        . "<ds:Reference URI=\"#$id\"><ds:Transforms><ds:Transform Algorithm=\"{$ds}enveloped-signature\"></ds:Transform>"
        . "<ds:Transform Algorithm=\"$exc\"></ds:Transform></ds:Transforms>"
        . '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>'
        . "<ds:DigestValue>$digest</ds:DigestValue></ds:Reference></ds:SignedInfo>";
    openssl_sign($info(" xmlns:ds=\"$ds\""), $value, file_get_contents("$pki/partner-vi.key"), OPENSSL_ALGO_SHA256);
    preg_match_all('/BEGIN CERTIFICATE-----([^-]+)-----END/', file_get_contents("$pki/partner-vi.pem"), $found);
    $certificates = implode('', array_map(
        fn ($text) => '<ds:X509Certificate>' . preg_replace('/\s/', '', $text) . '</ds:X509Certificate>',
        $found[1]
    ));
    $signature = "<ds:Signature xmlns:ds=\"$ds\">" . $info('') . '<ds:SignatureValue>' . base64_encode($value) . '</ds:SignatureValue>'
        . "<ds:KeyInfo><ds:X509Data>$certificates</ds:X509Data></ds:KeyInfo></ds:Signature>";
    $signed = str_replace('</saml:Issuer>', "</saml:Issuer>$signature", $unsigned);
    $xml = "<wsse:Security xmlns:wsse=\"$wsse\">$signed</wsse:Security>";
    return new SoapHeader($wsse, 'Security', new SoapVar($xml, XSD_ANYXML));
}

function call(SoapClient $client, string $operation, array $values): object
{
    global $partner, $pki;
    $client->__setSoapHeaders([securityHeader($partner, $pki)]);
    $id = vsprintf('%s%s-%s-%s-%s-%s%s%s', str_split(bin2hex(random_bytes(16)), 4));
    $answer = $client->__soapCall($operation, [['identifiantRequete' => $id] + $values]);
    $file = isset($answer->dossier) ? (is_array($answer->dossier) ? $answer->dossier[0] : $answer->dossier) : $answer;
    echo json_encode(['operation' => $operation, 'etat' => $file->etat, 'numeroDossier' => $file->numeroDossier]), "\n";
    return $answer;
}

$end = (new DateTimeImmutable($start))->modify('+60 days')->format('Y-m-d');
$number = call($client, 'CreerDossier', ['titulaire' => $person, 'formation' => [
    'intitule' => 'Soudage semi-automatique',
    'organisme' => ['siret' => '16000001400011', 'raisonSociale' => 'Atelier du port'],
    'dateDebut' => $start, 'dateFin' => $end, 'dureeMinutes' => 24000, 'prix' => '1500.00',
    'financement' => [['typeFinanceur' => '2', 'montant' => '1500.00']],
]])->numeroDossier;
call($client, 'DeclarerEntree', ['numeroDossier' => $number, 'dateEntree' => $start]);
call($client, 'DeclarerSortie', ['numeroDossier' => $number, 'dateSortie' => $end, 'motifSortie' => 'TERME', 'resultat' => ['resultat' => 'TOTAL']]);
call($client, 'ConsulterDossiers', ['titulaire' => $person]);
unlink($both);
