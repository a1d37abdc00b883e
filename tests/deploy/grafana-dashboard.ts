import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import type * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import type * as stat from '@grafana/grafana-foundation-sdk/stat';
import type * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type * as units from '@grafana/grafana-foundation-sdk/units';

/**
 * The dashboard's file as Grafana's published schema has it, made stricter where the schema says `any`: options and fields go by the
 * kind of panel, queries are Prometheus', units are ones that Grafana knows. A kind of panel that is new here is added to `Kinds`.
 */
export type GrafanaDashboard = Plain<Omit<dashboard.Dashboard, 'panels'> & { panels: (dashboard.RowPanel | Panel)[] }>;

type Kinds = {
  stat: { options: stat.Options; custom: Record<string, never> };
  timeseries: { options: timeseries.Options; custom: timeseries.FieldConfig };
};

/** One member for each kind, told apart by `type`, so that a wrong option is named and not just the panel. */
type Panel = {
  [Kind in keyof Kinds]: Omit<dashboard.Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
    type: Kind;
    options: Kinds[Kind]['options'];
    fieldConfig: Omit<dashboard.FieldConfigSource, 'defaults'> & {
      defaults: Omit<dashboard.FieldConfig, 'custom' | 'unit'> & { custom?: Kinds[Kind]['custom']; unit: Unit };
    };
    targets: Omit<prometheus.Dataquery, '_implementsDataqueryVariant'>[];
  };
}[keyof Kinds];

type Unit = (typeof units)[keyof typeof units];

/** As it stands in JSON: an enum is one of its values. */
type Plain<T> = T extends string
  ? `${T}`
  : T extends number
    ? Value<T>
    : T extends object
      ? { [Key in keyof T]: Plain<T[Key]> }
      : T;
type Value<T extends number> = `${T}` extends `${infer Literal extends number}` ? Literal : never;
