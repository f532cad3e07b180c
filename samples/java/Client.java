// Client AGORA avec le seul JDK (17 ou plus) : création, entrée, sortie, consultation.
import java.io.*;
import java.net.URI;
import java.net.http.*;
import java.nio.file.*;
import java.security.*;
import java.security.cert.*;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.*;
import java.time.temporal.ChronoUnit;
import java.util.*;
import java.util.regex.*;
import javax.net.ssl.*;
import javax.xml.crypto.dsig.*;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.keyinfo.*;
import javax.xml.crypto.dsig.spec.*;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.*;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.*;

public class Client {
    static final String SAML = "urn:oasis:names:tc:SAML:2.0:assertion", SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    static final String AGORA = "urn:cpa:agora:1";
    static final String WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    static final Path PKI = Path.of(System.getenv("AGORA_PKI"));
    static String partner, url;
    static PrivateKey viKey;
    static List<X509Certificate> viChain;
    static HttpClient http;

    public static void main(String[] args) throws Exception {
        String all = Files.readString(PKI.resolve("partner.json"));
        partner = all.substring(all.indexOf("\"partner\""));
        url = Optional.ofNullable(System.getenv("AGORA_URL")).filter(s -> !s.isEmpty()).orElse(of("endpoint"));
        viKey = key("partner-vi.key");
        viChain = certificates("partner-vi.pem");
        http = HttpClient.newBuilder().sslContext(tls()).version(HttpClient.Version.HTTP_1_1).build();
        LocalDate start = LocalDate.parse(System.getenv("AGORA_DEBUT")), end = start.plusDays(60);
        String person = el("titulaire", el("nir", env("AGORA_NIR")) + el("nomNaissance", env("AGORA_NOM")));
        String training = el("formation", el("intitule", "Soudage semi-automatique")
            + el("organisme", el("siret", "16000001400011") + el("raisonSociale", "Atelier du port"))
            + el("dateDebut", start) + el("dateFin", end) + el("dureeMinutes", 24000) + el("prix", "1500.00")
            + el("financement", el("typeFinanceur", 2) + el("montant", "1500.00")));
        String number = call("CreerDossier", person + training);
        String about = el("numeroDossier", number);
        call("DeclarerEntree", about + el("dateEntree", start));
        call("DeclarerSortie", about + el("dateSortie", end) + el("motifSortie", "TERME") + el("resultat", el("resultat", "TOTAL")));
        call("ConsulterDossiers", person);
    }

    static String env(String name) {
        return System.getenv(name).replace("&", "&amp;").replace("<", "&lt;");
    }

    static String el(String name, Object content) {
        return "<a:" + name + ">" + content + "</a:" + name + ">";
    }

    static String of(String name) {
        Matcher found = Pattern.compile("\"" + name + "\"\\s*:\\s*\"([^\"]*)\"").matcher(partner);
        return found.find() ? found.group(1) : "";
    }

    static List<String> profiles() {
        Matcher list = Pattern.compile("\"pagm\"\\s*:\\s*\\[([^\\]]*)\\]").matcher(partner);
        list.find();
        return Pattern.compile("\"([^\"]+)\"").matcher(list.group(1)).results().map(m -> m.group(1)).toList();
    }

    static String call(String operation, String values) throws Exception {
        String text = "<s:Envelope xmlns:s=\"" + SOAP + "\"><s:Header/><s:Body><a:" + operation + " xmlns:a=\"" + AGORA + "\">"
            + el("identifiantRequete", UUID.randomUUID()) + values + "</a:" + operation + "></s:Body></s:Envelope>";
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        Document document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes("UTF-8")));
        Element header = (Element) document.getElementsByTagNameNS(SOAP, "Header").item(0);
        Element security = (Element) header.appendChild(document.createElementNS(WSSE, "wsse:Security"));
        sign(security);
        StringWriter written = new StringWriter();
        Transformer transformer = TransformerFactory.newInstance().newTransformer();
        transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
        transformer.transform(new DOMSource(document), new StreamResult(written));
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "text/xml; charset=utf-8")
            .header("SOAPAction", "\"urn:cpa:agora:1:" + operation + "\"")
            .POST(HttpRequest.BodyPublishers.ofString(written.toString())).build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) throw new IOException(answer.body());
        System.out.printf("{\"operation\": \"%s\", \"etat\": \"%s\", \"numeroDossier\": \"%s\"}%n",
            operation, first(answer.body(), "etat"), first(answer.body(), "numeroDossier"));
        return first(answer.body(), "numeroDossier");
    }

    static String first(String xml, String name) {
        Matcher found = Pattern.compile("<(?:\\w+:)?" + name + ">([^<]*)<").matcher(xml);
        return found.find() ? found.group(1) : "";
    }

    static Element add(Element parent, String name, String text, String... attributes) {
        Element child = parent.getOwnerDocument().createElementNS(SAML, "saml:" + name);
        if (text != null) child.setTextContent(text);
        for (int i = 0; i < attributes.length; i += 2) child.setAttribute(attributes[i], attributes[i + 1]);
        parent.appendChild(child);
        return child;
    }

    static void sign(Element security) throws Exception {
        String id = "_" + UUID.randomUUID().toString().replace("-", "");
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        String end = now.plusSeconds(240).toString();
        Element assertion = add(security, "Assertion", null, "ID", id, "Version", "2.0", "IssueInstant", now.toString());
        // Le DOM n'écrit pas les déclarations d'espaces de noms de lui-même, et la forme canonique signée en a besoin.
        assertion.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:saml", SAML);
        assertion.setIdAttribute("ID", true);
        add(assertion, "Issuer", of("issuer"));
        Element subject = add(assertion, "Subject", null);
        add(subject, "NameID", of("nameid"));
        Element confirmation = add(subject, "SubjectConfirmation", null, "Method", "urn:oasis:names:tc:SAML:2.0:cm:bearer");
        add(confirmation, "SubjectConfirmationData", null, "Recipient", of("recipient"), "NotOnOrAfter", end);
        Element conditions = add(assertion, "Conditions", null, "NotBefore", now.minusSeconds(30).toString(), "NotOnOrAfter", end);
        add(add(conditions, "AudienceRestriction", null), "Audience", of("audience"));
        Element statement = add(assertion, "AuthnStatement", null, "AuthnInstant", now.toString(), "SessionIndex", id);
        add(add(statement, "AuthnContext", null), "AuthnContextClassRef", of("authn_context"));
        Element attribute = add(add(assertion, "AttributeStatement", null), "Attribute", null, "Name", "PAGM");
        for (String code : profiles()) add(attribute, "AttributeValue", code);

        XMLSignatureFactory factory = XMLSignatureFactory.getInstance("DOM");
        Reference reference = factory.newReference("#" + id, factory.newDigestMethod(DigestMethod.SHA256, null),
            List.of(factory.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
                factory.newTransform(CanonicalizationMethod.EXCLUSIVE, (TransformParameterSpec) null)), null, null);
        SignedInfo info = factory.newSignedInfo(
            factory.newCanonicalizationMethod(CanonicalizationMethod.EXCLUSIVE, (C14NMethodParameterSpec) null),
            factory.newSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", null), List.of(reference));
        KeyInfoFactory keys = factory.getKeyInfoFactory();
        KeyInfo keyInfo = keys.newKeyInfo(List.of(keys.newX509Data(viChain)));
        DOMSignContext context = new DOMSignContext(viKey, assertion, assertion.getElementsByTagNameNS(SAML, "Subject").item(0));
        context.setDefaultNamespacePrefix("ds");
        factory.newXMLSignature(info, keyInfo).sign(context);
    }

    static PrivateKey key(String name) throws Exception {
        String pem = Files.readString(PKI.resolve(name)).replaceAll("-----[^-]+-----|\\s", "");
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
    }

    static List<X509Certificate> certificates(String name) throws Exception {
        try (InputStream in = Files.newInputStream(PKI.resolve(name))) {
            List<X509Certificate> found = new ArrayList<>();
            for (var one : CertificateFactory.getInstance("X.509").generateCertificates(in)) found.add((X509Certificate) one);
            return found;
        }
    }

    static SSLContext tls() throws Exception {
        KeyStore mine = KeyStore.getInstance("PKCS12"), theirs = KeyStore.getInstance("PKCS12");
        mine.load(null, null);
        theirs.load(null, null);
        mine.setKeyEntry("tls", key("partner-tls.key"), new char[0], certificates("partner-tls.pem").toArray(new X509Certificate[0]));
        int rank = 0;
        for (X509Certificate authority : certificates("ca.pem")) theirs.setCertificateEntry("ca" + rank++, authority);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(mine, new char[0]);
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(theirs);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
