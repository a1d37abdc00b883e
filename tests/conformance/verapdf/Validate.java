import java.io.FileInputStream;
import java.util.Map;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.flavours.PDFAFlavour;

/** java -cp 'lib/*' Validate.java 2b,ua1 FILE...: a line for each file and flavour, and for each failed rule; exit code 1 when one failed. */
class Validate {
  public static void main(String[] arguments) throws Exception {
    java.util.logging.LogManager.getLogManager().reset();
    VeraGreenfieldFoundryProvider.initialise();
    boolean compliant = true;
    for (int index = 1; index < arguments.length; index++) {
      for (String id : arguments[0].split(",")) compliant &= isCompliant(arguments[index], PDFAFlavour.byFlavourId(id));
    }
    System.exit(compliant ? 0 : 1);
  }

  static boolean isCompliant(String file, PDFAFlavour flavour) throws Exception {
    try (var stream = new FileInputStream(file);
        var parser = Foundries.defaultInstance().createParser(stream, flavour);
        var validator = Foundries.defaultInstance().createValidator(flavour, false)) {
      ValidationResult result = validator.validate(parser);
      System.out.println(file + " " + flavour.getId() + " " + (result.isCompliant() ? "compliant" : "not compliant"));
      for (Map.Entry<?, Integer> failed : result.getFailedChecks().entrySet()) {
        System.out.println("  failed " + failed.getValue() + " times: " + failed.getKey());
      }
      result.getTestAssertions().stream()
          .filter(assertion -> assertion.getStatus() == TestAssertion.Status.FAILED)
          .limit(10)
          .forEach(assertion -> System.out.println("  " + assertion.getMessage() + " at " + assertion.getLocation().getContext()));
      return result.isCompliant();
    }
  }
}
